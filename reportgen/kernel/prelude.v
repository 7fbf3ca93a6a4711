(* What the lemmas are said and proved with.  Definitions first: they are part of what is claimed. *)
From Coq Require Import Reals ZArith Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
Open Scope R_scope.

(* the largest integer that is not above x; the smallest that is not below *)
Definition floorR (x : R) : R := IZR (Int_part x).
Definition ceilR (x : R) : R := - floorR (- x).

(* k/s is the rounding of x to the grid of step 1/s; a tie goes to the even neighbour *)
Definition rounds_to (x : R) (k s : Z) : Prop :=
  Rabs (x - IZR k / IZR s) < / (2 * IZR s) \/ (Rabs (x - IZR k / IZR s) = / (2 * IZR s) /\ Z.even k = true).

(* f a + f (a + 1) + ... + f b; 0 where b = a - 1 *)
Fixpoint rsum (f : nat -> R) (n : nat) : R := match n with O => 0 | S k => rsum f k + f k end.
Definition bigsum (f : Z -> R) (a b : Z) : R := rsum (fun k => f (a + Z.of_nat k)%Z) (Z.to_nat (b - a + 1)).

Fixpoint factorialN (n : nat) : Z := match n with O => 1 | S k => Z.of_nat n * factorialN k end.
Definition factorialZ (n : Z) : Z := factorialN (Z.to_nat n).
Definition binomialZ (n k : Z) : Z := if (k <=? n)%Z then (factorialZ n / (factorialZ k * factorialZ (n - k)))%Z else 0%Z.

(* --- from here on: helps for the proofs --- *)

Lemma floorR_at (k : Z) (x : R) : IZR k <= x < IZR k + 1 -> floorR x = IZR k.
Proof.
  intros [H1 H2]. unfold floorR. destruct (base_Int_part x) as [H3 H4].
  assert (A : (k < Int_part x + 1)%Z) by (apply lt_IZR; rewrite plus_IZR; lra).
  assert (B : (Int_part x < k + 1)%Z) by (apply lt_IZR; rewrite plus_IZR; lra).
  f_equal. lia.
Qed.

Lemma ceilR_at (k : Z) (x : R) : IZR k - 1 < x <= IZR k -> ceilR x = IZR k.
Proof.
  intros [H1 H2]. unfold ceilR. rewrite (floorR_at (- k)); [rewrite opp_IZR; ring | rewrite opp_IZR; lra].
Qed.

Lemma bigsum_first (f : Z -> R) (a b : Z) : (a <= b)%Z -> bigsum f a b = f a + bigsum f (a + 1) b.
Proof.
  intros H. unfold bigsum. replace (Z.to_nat (b - a + 1)) with (S (Z.to_nat (b - (a + 1) + 1))) by lia.
  generalize (Z.to_nat (b - (a + 1) + 1)). intros n. induction n as [| n IH].
  - cbn. replace (a + 0)%Z with a by lia. ring.
  - change (rsum (fun k => f (a + Z.of_nat k)%Z) (S (S n))) with (rsum (fun k => f (a + Z.of_nat k)%Z) (S n) + f (a + Z.of_nat (S n))%Z).
    rewrite IH. cbn [rsum]. replace (a + Z.of_nat (S n))%Z with (a + 1 + Z.of_nat n)%Z by lia. ring.
Qed.

Lemma bigsum_empty (f : Z -> R) (a b : Z) : (b < a)%Z -> bigsum f a b = 0.
Proof. intros H. unfold bigsum. replace (Z.to_nat (b - a + 1)) with O by lia. reflexivity. Qed.

Lemma bigsum_one (a b : Z) : (a <= b + 1)%Z -> bigsum (fun _ => 1) a b = IZR b - IZR a + 1.
Proof.
  intros H. unfold bigsum. transitivity (INR (Z.to_nat (b - a + 1))).
  - generalize (Z.to_nat (b - a + 1)). induction n as [| n IH]; [reflexivity |]. cbn [rsum]. rewrite IH, S_INR. ring.
  - rewrite INR_IZR_INZ, Z2Nat.id by lia. rewrite plus_IZR, minus_IZR. ring.
Qed.

Lemma bigsum_ext (f g : Z -> R) (a b : Z) : (forall i, (a <= i <= b)%Z -> f i = g i) -> bigsum f a b = bigsum g a b.
Proof.
  intros H. unfold bigsum.
  assert (A : forall n, (n <= Z.to_nat (b - a + 1))%nat -> rsum (fun k => f (a + Z.of_nat k)%Z) n = rsum (fun k => g (a + Z.of_nat k)%Z) n).
  { induction n as [| n IH]; intros L; [reflexivity |]. cbn [rsum]. rewrite IH by lia. f_equal. apply H. lia. }
  apply A. lia.
Qed.

Lemma is_derive_sum2 (f g : R -> R) (x l m : R) : is_derive f x l -> is_derive g x m -> is_derive (fun t => f t + g t) x (l + m).
Proof. intros H K. exact (is_derive_plus f g x l m H K). Qed.

Lemma is_derive_bigsum (f : R -> Z -> R) (g : Z -> R) (a b : Z) (x : R) :
  (forall i, is_derive (fun t => f t i) x (g i)) -> is_derive (fun t => bigsum (f t) a b) x (bigsum g a b).
Proof.
  intros H. unfold bigsum. induction (Z.to_nat (b - a + 1)) as [| n IH]; cbn [rsum].
  - apply (is_derive_const 0 x).
  - apply is_derive_sum2; [exact IH | apply H].
Qed.

Lemma locally_pos (g : R -> R) (x : R) : ex_derive g x -> 0 < g x -> locally x (fun t => 0 < g t).
Proof. intros H P. apply (ex_derive_continuous g x H). apply (open_gt 0). exact P. Qed.

Lemma locally_ne (g : R -> R) (x : R) : ex_derive g x -> g x <> 0 -> locally x (fun t => g t <> 0).
Proof. intros H P. apply (ex_derive_continuous g x H (fun u => u <> 0)). apply (open_neq 0). exact P. Qed.

(* the next derivative, from one that holds nearby *)
Lemma next_derive (f g : R -> R) (n : nat) (x l : R) :
  locally x (fun t => Derive_n f n t = g t) -> is_derive g x l -> is_derive (Derive_n f n) x l.
Proof. intros H D. apply (is_derive_ext_loc g); [| exact D]. apply filter_imp with (2 := H). intros t E. symmetry. exact E. Qed.

Lemma derive_n_value (f : R -> R) (n : nat) (x l : R) : is_derive (Derive_n f n) x l -> ex_derive_n f (S n) x /\ Derive_n f (S n) x = l.
Proof. intros H. split; [exists l; exact H | exact (is_derive_unique _ _ _ H)]. Qed.

Lemma abs_square (x : R) : Rabs x ^ 2 = x ^ 2.
Proof. unfold Rabs. destruct (Rcase_abs x); ring. Qed.

Lemma ln_sqrt (x : R) : 0 < x -> ln (sqrt x) = ln x / 2.
Proof.
  intros H. assert (P := sqrt_lt_R0 x H). assert (E : ln x = ln (sqrt x) + ln (sqrt x)) by (rewrite <- ln_mult by exact P; rewrite sqrt_sqrt by lra; reflexivity).
  lra.
Qed.

Lemma limit_at_right (f : R -> R) (a v : R) : ex_derive f a -> f a = v -> filterlim f (at_right a) (locally v).
Proof. intros H <-. apply (filterlim_filter_le_1 (F := locally a)); [apply filter_le_within | apply (ex_derive_continuous f a H)]. Qed.

Lemma limit_at_left (f : R -> R) (a v : R) : ex_derive f a -> f a = v -> filterlim f (at_left a) (locally v).
Proof. intros H <-. apply (filterlim_filter_le_1 (F := locally a)); [apply filter_le_within | apply (ex_derive_continuous f a H)]. Qed.

Lemma limit_at (f : R -> R) (a v : R) : ex_derive f a -> f a = v -> is_lim f a v.
Proof. intros H <-. apply is_lim_continuity. apply continuity_pt_filterlim. apply (ex_derive_continuous f a H). Qed.

Lemma limit_minus (f g : R -> R) (v : R) : (forall z, f z = g (exp z)) -> ex_derive g 0 -> g 0 = v -> is_lim f m_infty v.
Proof.
  intros E H <-. apply (is_lim_ext (fun z => g (exp z))); [intros; symmetry; apply E |].
  apply (filterlim_comp _ _ _ exp g _ (locally 0)); [exact is_lim_exp_m | apply (ex_derive_continuous g 0 H)].
Qed.

Lemma limit_plus (f g : R -> R) (v : R) : (forall z, f z = g (exp (- z))) -> ex_derive g 0 -> g 0 = v -> is_lim f p_infty v.
Proof.
  intros E H <-. apply (is_lim_ext (fun z => g (exp (- z)))); [intros; symmetry; apply E |].
  apply (filterlim_comp _ _ _ (fun z => exp (- z)) g _ (locally 0)); [| apply (ex_derive_continuous g 0 H)].
  apply (filterlim_comp _ _ _ Ropp exp _ (Rbar_locally m_infty)); [exact (filterlim_Rbar_opp p_infty) | exact is_lim_exp_m].
Qed.

Lemma next_everywhere (f g h : R -> R) (n : nat) :
  (forall t, Derive_n f n t = g t) -> (forall t, is_derive g t (h t)) -> forall t, ex_derive_n f (S n) t /\ Derive_n f (S n) t = h t.
Proof. intros H D t. apply derive_n_value. apply (next_derive f g); [apply filter_forall; exact H | apply D]. Qed.


(* --- tactics --- *)

Ltac rg_facts := repeat match goal with
  | |- context [exp ?x] => lazymatch goal with H : 0 < exp x |- _ => fail | _ => pose proof (exp_pos x) end
  | _ : context [exp ?x] |- _ => lazymatch goal with H : 0 < exp x |- _ => fail | _ => pose proof (exp_pos x) end
  | |- context [sqrt ?x] => lazymatch goal with H : 0 <= sqrt x |- _ => fail | _ => pose proof (sqrt_pos x) end
  | |- context [PI] => lazymatch goal with H : 0 < PI |- _ => fail | _ => pose proof PI_RGT_0 end
  end.

Ltac rg_integers := repeat match goal with
  | |- (_ <= _)%Z => apply le_IZR | |- (_ < _)%Z => apply lt_IZR
  end; rewrite ?plus_IZR, ?minus_IZR, ?opp_IZR, ?mult_IZR.

Ltac rg_split := repeat match goal with |- _ /\ _ => split end.

Ltac rg_arith := first [assumption | lra | rg_facts; lra | timeout 2 (rg_facts; nra) | timeout 2 interval].

(* an integer between two literal bounds, case by case *)
Ltac rg_range := match goal with
  | H : (?a <= ?i <= ?b)%Z |- _ =>
    let rec cases k := first [ (assert (i = k) by lia; subst i)
      | (let H2 := fresh in destruct (Z.eq_dec i k) as [H2 | H2]; [subst i | let k2 := eval compute in (k + 1)%Z in cases k2]) ] in
    cases a
  end.

(* absolute values and signs of what has a known sign; what is left by cases *)
Ltac rg_abs := repeat first
  [ rewrite abs_square
  | match goal with |- context [Rabs ?x] => first [rewrite (Rabs_right x) by lra | rewrite (Rabs_left1 x) by lra] end
  | match goal with |- context [sign ?x] => first [rewrite (sign_eq_1 x) by lra | rewrite (sign_eq_m1 x) by lra] end ].
Ltac rg_cases := unfold Rabs, Rmin, Rmax; repeat match goal with
  |- context [match ?c with left _ => _ | right _ => _ end] => destruct c end.

Ltac rg_pos := lazymatch goal with
  | |- 0 < exp _ => apply exp_pos
  | |- 0 < PI => apply PI_RGT_0
  | |- 0 < Rpower _ _ => unfold Rpower; apply exp_pos
  | |- 0 < _ * _ => first [assumption | lra | apply Rmult_lt_0_compat; rg_pos | rg_arith]
  | |- 0 < _ / _ => first [assumption | lra | apply Rdiv_lt_0_compat; rg_pos | rg_arith]
  | |- 0 < / _ => first [assumption | apply Rinv_0_lt_compat; rg_pos | rg_arith]
  | |- 0 < _ ^ _ => first [assumption | apply pow_lt; rg_pos | apply pow2_gt_0; rg_ne | rg_arith]
  | |- 0 < sqrt _ => first [assumption | apply sqrt_lt_R0; rg_pos | rg_arith]
  | |- 0 < _ + _ => first [assumption | lra | rg_inside | apply Rplus_lt_0_compat; rg_pos | rg_arith]
  | |- 0 < _ - _ => first [assumption | lra | rg_inside | rg_arith]
  | |- _ < 0 => first [assumption | lra | rg_arith]
  | |- _ => rg_arith
  end
with rg_inside := lazymatch goal with
  (* 1 - 1/(1 + e) and the like: one fraction *)
  | |- 0 < ?a - ?n / ?d => replace (a - n / d) with ((a * d - n) / d) by (field; rg_ne); apply Rdiv_lt_0_compat; rg_arith
  | |- 0 < ?a + - (?n * / ?d) => replace (a + - (n * / d)) with ((a * d - n) / d) by (field; rg_ne); apply Rdiv_lt_0_compat; rg_arith
  end
with rg_nonneg := lazymatch goal with
  | |- 0 <= sqrt _ => apply sqrt_pos
  | |- 0 <= Rabs _ => apply Rabs_pos
  | |- 0 <= _ ^ 2 => apply pow2_ge_0
  | |- 0 <= _ * _ => first [assumption | lra | apply Rmult_le_pos; rg_nonneg | rg_arith]
  | |- 0 <= _ / _ => first [assumption | lra | apply Rdiv_le_0_compat; [rg_nonneg | rg_pos] | rg_arith]
  | |- 0 <= _ + _ => first [assumption | lra | apply Rplus_le_le_0_compat; rg_nonneg | rg_arith]
  | |- _ => first [apply Rlt_le; rg_pos | rg_arith]
  end
with rg_ne := lazymatch goal with
  | |- _ /\ _ => split; rg_ne
  | |- _ * _ <> 0 => first [assumption | lra | apply Rmult_integral_contrapositive_currified; rg_ne | rg_ne_sign]
  | |- _ / _ <> 0 => first [assumption | apply Rmult_integral_contrapositive_currified; [rg_ne | apply Rinv_neq_0_compat; rg_ne] | rg_ne_sign]
  | |- _ ^ _ <> 0 => first [assumption | apply pow_nonzero; rg_ne | rg_ne_sign]
  | |- / _ <> 0 => first [assumption | apply Rinv_neq_0_compat; rg_ne]
  | |- _ <> _ => first [assumption | lra | rg_ne_sign]
  | |- _ => rg_pos
  end
with rg_ne_sign := first [apply Rgt_not_eq; unfold Rgt; rg_pos | apply Rlt_not_eq; rg_arith | timeout 2 nra].

(* whatever must hold for a value to exist, or is left over by field *)
Ltac rg_side := cbv beta; rg_split;
  lazymatch goal with
  | |- True => exact I
  | |- (_ <= _)%Z => first [lia | rg_integers; rg_arith]
  | |- (_ < _)%Z => first [lia | rg_integers; rg_arith]
  | |- forall _ : Z, _ -> _ => intros; first [solve [rg_side] | rg_range; rg_side]
  | |- Rbar_locally' _ _ => apply filter_forall; intros; rg_side
  | |- at_right _ _ => apply filter_le_within; first [apply filter_forall; intros; rg_side | apply locally_ne; [auto_derive; rg_side | rg_side]]
  | |- at_left _ _ => apply filter_le_within; first [apply filter_forall; intros; rg_side | apply locally_ne; [auto_derive; rg_side | rg_side]]
  | |- ex_derive _ _ => auto_derive; rg_derive_side
  | |- 0 <= _ => rg_nonneg
  | |- _ => first [rg_ne | progress rg_abs; rg_ne]
  end
with rg_derive_side := rg_split; first [exact I | match goal with H : _ |- _ => apply H end | eexists; eassumption | rg_side].

Ltac rg_field := first [reflexivity | lra | ring | field; rg_side].

(* equal arguments written in two ways become one *)
Ltac rg_args f := repeat match goal with
  | |- context [f ?a] => match goal with
    | |- context [f ?b] => lazymatch a with b => fail | _ => replace (f b) with (f a) by (apply f_equal; first [ring | field; rg_side]) end
    end
  end.

Ltac rg_eq := first [rg_field | progress (rg_args exp; rg_args ln; rg_args sqrt); rg_field].

Ltac rg_logs := repeat first
  [ rewrite ln_1 | rewrite ln_exp | rewrite exp_ln by rg_side | rewrite ln_mult by rg_side | rewrite ln_div by rg_side | rewrite ln_Rinv by rg_side
  | rewrite ln_pow by rg_side | rewrite ln_sqrt by rg_side ]; cbn [INR].

(* exponentials of sums, differences and logarithms taken apart *)
Ltac rg_exps := unfold Rpower, Rminus; repeat first
  [ rewrite Ropp_involutive | rewrite Ropp_0 | rewrite exp_0
  | match goal with |- context [exp ?a] => lazymatch a with 0 => fail | _ => replace a with 0 by lra end end
  | rewrite exp_ln by rg_side | rewrite exp_plus | rewrite exp_Ropp ].

Ltac rg_powers := repeat first
  [ rewrite Rpower_plus | rewrite Rpower_1 by rg_side | rewrite Rpower_O by rg_side
  | match goal with |- context [Rpower ?b ?x] => first
      [ replace x with 0 by lra; rewrite (Rpower_O b) by rg_side | replace x with 1 by lra; rewrite (Rpower_1 b) by rg_side ] end ].

Ltac rg_roots := repeat match goal with
  | |- context [sqrt (?a ^ 2)] => rewrite (sqrt_pow2 a) by rg_side
  | |- context [sqrt (?a * ?a)] => rewrite (sqrt_square a) by rg_side
  | |- context [sqrt ?a ^ 2] => rewrite (pow2_sqrt a) by rg_side
  end.

Ltac rg_value := first
  [ rg_eq | progress rg_abs; rg_eq | progress rg_powers; rg_eq | progress rg_roots; rg_eq | progress (rg_roots; rg_abs); rg_eq
  | progress rg_logs; rg_eq | progress rg_exps; rg_eq | rg_exps; progress rg_logs; rg_eq | rg_logs; progress rg_exps; rg_eq ].

Ltac rg_derive := cbv beta; lazymatch goal with
  | |- is_derive (fun t => bigsum _ _ _) _ _ => apply is_derive_bigsum; intros; rg_derive
  | |- is_derive (fun t => bigsum _ _ _ + bigsum _ _ _) _ _ => apply is_derive_sum2; rg_derive
  | |- _ => auto_derive; [rg_derive_side | rg_value]
  end.

Ltac rg_rounding := first
  [ left; unfold Rdiv; match goal with |- Rabs ?x < _ => apply Rabs_def1; lra end
  | left; interval | left; interval with (i_prec 64) | left; interval with (i_prec 256) | left; interval with (i_prec 1024)
  | right; split; [first [rewrite Rabs_right by lra; lra | rewrite Rabs_left by lra; lra] | reflexivity] ].

Ltac rg_order := first [lra | rg_facts; lra | progress rg_abs; lra | timeout 4 interval | timeout 4 (rg_facts; nra) | rg_cases; lra].

Ltac rg_whole := repeat match goal with
  | |- context [factorialZ ?n] => let v := eval vm_compute in (factorialZ n) in change (factorialZ n) with v
  | |- context [binomialZ ?n ?k] => let v := eval vm_compute in (binomialZ n k) in change (binomialZ n k) with v
  end.

(* sums whose bounds have become numbers *)
Ltac rg_terms := repeat (rewrite bigsum_first by lia); repeat (rewrite bigsum_empty by lia); cbv beta; cbn [Z.add Pos.add Pos.succ].
