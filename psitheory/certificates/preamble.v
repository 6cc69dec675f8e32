(* Real inner product spaces, of any dimension, and linear maps between them that have a transpose. *)
From Coq Require Import Reals Field Lra.
Open Scope R_scope.

Record space := Space {
  vector :> Type;
  zero : vector;
  add : vector -> vector -> vector;
  scale : R -> vector -> vector;
  inner : vector -> vector -> R;
  inner_zero : forall z, inner zero z = 0;
  inner_add : forall x y z, inner (add x y) z = inner x z + inner y z;
  inner_scale : forall c x z, inner (scale c x) z = c * inner x z;
  inner_sym : forall x y, inner x y = inner y x;
  inner_self : forall x, 0 <= inner x x;
  same : forall x y, (forall z, inner x z = inner y z) -> x = y
}.
Arguments zero {s}. Arguments add {s}. Arguments scale {s}. Arguments inner {s}.
Arguments inner_zero {s}. Arguments inner_add {s}. Arguments inner_scale {s}.
Arguments inner_sym {s}. Arguments inner_self {s}. Arguments same {s}.

(* The axioms do not contradict each other: the real line is such a space. *)
Definition real_line : space.
Proof.
  refine (Space R 0 Rplus Rmult Rmult _ _ _ _ _ _); intros; try ring.
  - apply Rle_0_sqr.
  - specialize (H 1). lra.
Defined.

Record map (a b : space) := Map {
  apply_to : a -> b;
  transpose : b -> a;
  apply_zero : apply_to zero = zero;
  apply_add : forall x y, apply_to (add x y) = add (apply_to x) (apply_to y);
  apply_scale : forall c x, apply_to (scale c x) = scale c (apply_to x);
  transpose_zero : transpose zero = zero;
  transpose_add : forall x y, transpose (add x y) = add (transpose x) (transpose y);
  transpose_scale : forall c x, transpose (scale c x) = scale c (transpose x);
  turned : forall x y, inner (apply_to x) y = inner x (transpose y)
}.
Arguments apply_to {a b}. Arguments transpose {a b}. Arguments turned {a b}.

Section Rules.
  Variables a b : space.
  Lemma inner_zero_r : forall z : a, inner z zero = 0.
  Proof. intros. rewrite inner_sym. apply inner_zero. Qed.
  Lemma inner_add_r : forall x y z : a, inner z (add x y) = inner z x + inner z y.
  Proof. intros. rewrite inner_sym, inner_add, (inner_sym x), (inner_sym y). reflexivity. Qed.
  Lemma inner_scale_r : forall c (x z : a), inner z (scale c x) = c * inner z x.
  Proof. intros. rewrite inner_sym, inner_scale, (inner_sym x). reflexivity. Qed.
  Lemma turned_back : forall (f : map a b) x y, inner (transpose f x) y = inner x (apply_to f y).
  Proof. intros. rewrite inner_sym, <- turned, inner_sym. reflexivity. Qed.
End Rules.

(* Linear combinations are equal where the coefficients of each word are; words whose coefficients vanish are dropped. *)
Section Words.
  Variable a : space.
  Lemma same_coefficient : forall (w : a) c d, c = d -> scale c w = scale d w.
  Proof. intros w c d ->. reflexivity. Qed.
  Lemma no_coefficient : forall (w : a) c, c = 0 -> scale c w = zero.
  Proof. intros w c ->. apply same. intro z. rewrite inner_scale, inner_zero. ring. Qed.
  Lemma next_coefficient : forall (x y w : a) c d, x = y -> c = d -> add x (scale c w) = add y (scale d w).
  Proof. intros x y w c d -> ->. reflexivity. Qed.
  Lemma no_next_coefficient : forall (x y w : a) c, x = y -> c = 0 -> add x (scale c w) = y.
  Proof. intros x y w c -> ->. apply same. intro z. rewrite inner_add, inner_scale. ring. Qed.
End Words.

Ltac word_by_word :=
  repeat first [ apply next_coefficient | apply same_coefficient | apply no_coefficient | apply no_next_coefficient ].
Ltac linear := repeat (rewrite ?apply_zero, ?apply_add, ?apply_scale, ?transpose_zero, ?transpose_add, ?transpose_scale).
Ltac expand := linear; repeat (rewrite ?inner_zero, ?inner_add, ?inner_scale, ?inner_zero_r, ?inner_add_r, ?inner_scale_r).
Ltac turn := repeat (rewrite ?turned, ?turned_back).
(* Sums and products of what is positive, and of squares and lengths, which are not negative. *)
Ltac nonnegative :=
  first [ assumption | lra | apply inner_self | apply pow2_ge_0 | apply Rlt_le; assumption
        | apply pow_le; nonnegative | apply Rmult_le_pos; nonnegative | apply Rplus_le_le_0_compat; nonnegative ].
Ltac positive :=
  first [ assumption | lra | apply pow_lt; positive | apply Rinv_0_lt_compat; positive
        | apply Rmult_lt_0_compat; positive
        | apply Rplus_lt_0_compat; positive
        | apply Rplus_lt_le_0_compat; [ positive | nonnegative ]
        | apply Rplus_le_lt_0_compat; [ nonnegative | positive ] ].
(* What differs from a condition in its order of terms, or by a factor that is not zero. *)
Ltac by_condition :=
  match goal with
  | H : ?x <> 0 |- ?y <> 0 => let N := fresh in intro N; apply H; rewrite <- N; ring
  | H : ?x > 0 |- ?y <> 0 => let N := fresh in intro N; apply (Rgt_not_eq _ _ H); rewrite <- N; ring
  end.
Ltac factor_not_zero := first [ assumption | lra | apply Rgt_not_eq; positive | by_condition ].
Ltac not_zero :=
  repeat split;
  first [ factor_not_zero
        | repeat (apply Rmult_integral_contrapositive_currified || apply pow_nonzero); factor_not_zero ].
