"""Homework 1 of AI6126: the answers, question by question, in the files beside this one.

``answers_q1.py``   the network: kernel sizes, output shapes, parameter counts
``answers_q2.py``   convolution as a product with a sparse Toeplitz matrix
``answers_q3.py``   losses for a binary classifier, and what an L2 penalty does
``answers_q4.py``   L1 against L2 loss
``answers_q5.py``   batch normalisation and the size of a mini-batch
``answers_q6.py``   what the submission states, judged line by line

Each function is an answer; its parameters name the givens (givens.toml) and the answers that it needs.  ``submission`` is the
document that is corrected, submission.md.
"""
