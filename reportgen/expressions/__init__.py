"""The written form: a frozen tree that keeps the author's order, its parser and its canonical text."""

from .lexer import ParseError
from .parser import parse
from .text import to_text
from .tree import (CONSTANTS, Expr, Number, Operation, Symbol, add, column, contains, count_nodes, digest, expr, is_negative_literal,
                   is_op, is_relation, matrix, mul, op, rational_value, replace, rows_of, symbols, transform, walk)

__all__ = ["CONSTANTS", "Expr", "Number", "Operation", "ParseError", "Symbol", "add", "column", "contains", "count_nodes", "digest", "expr",
           "is_negative_literal", "is_op", "is_relation", "matrix", "mul", "op", "parse", "rational_value", "replace", "rows_of",
           "symbols", "to_text", "transform", "walk"]
