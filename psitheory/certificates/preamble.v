(* Real inner product spaces, of any dimension, and linear maps between them that have a transpose. *)
From Coq Require Import Reals Field Lra Psatz List.
Import ListNotations.
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

(* Linear combinations: coefficients beside the places of their words in a list of all words of a space. *)
Section Combinations.
  Variables (a : space) (words : list a).

  Definition word (k : nat) : a := nth k words zero.
  Fixpoint total (l : list (nat * R)) : a :=
    match l with nil => zero | cons (k, c) l => add (scale c (word k)) (total l) end.

  Inductive expression :=
    | Word (k : nat) | Known (l : list (nat * R)) | Sum (x y : expression) | Times (c : R) (x : expression).
  Fixpoint value (e : expression) : a :=
    match e with
    | Word k => word k | Known l => total l | Sum x y => add (value x) (value y) | Times c x => scale c (value x)
    end.

  (* One more multiple of a word: the places go up, and the coefficients of one place are added. *)
  Fixpoint put (k : nat) (c : R) (l : list (nat * R)) : list (nat * R) :=
    match l with
    | nil => cons (k, c) nil
    | cons (j, d) rest =>
        match Nat.compare k j with Lt => cons (k, c) l | Eq => cons (j, c + d) rest | Gt => cons (j, d) (put k c rest) end
    end.
  Fixpoint put_all (c : R) (l m : list (nat * R)) : list (nat * R) :=
    match l with nil => m | cons (k, d) l => put k (c * d) (put_all c l m) end.
  Fixpoint put_value (c : R) (e : expression) (m : list (nat * R)) : list (nat * R) :=
    match e with
    | Word k => put k c m
    | Known l => put_all c l m
    | Sum x y => put_value c x (put_value c y m)
    | Times d x => put_value (c * d) x m
    end.
  Definition collected (e : expression) : list (nat * R) := put_value 1 e nil.

  (* Equality of coefficients word by word; words of the first that the second lacks have the coefficient 0. *)
  Fixpoint agree (l m : list (nat * R)) : Prop :=
    match l with
    | nil => match m with nil => True | _ => False end
    | cons (k, c) l' =>
        match m with
        | nil => c = 0 /\ agree l' nil
        | cons (j, d) m' => if Nat.eqb k j then c = d /\ agree l' m' else c = 0 /\ agree l' m
        end
    end.

  Ltac by_inner := apply same; intro z; repeat rewrite ?inner_add, ?inner_scale, ?inner_zero; ring.
  Lemma put_total : forall k c l, total (put k c l) = add (scale c (word k)) (total l).
  Proof.
    intros k c l. induction l as [| [j d] l IH]; simpl; [ reflexivity |].
    destruct (Nat.compare k j) eqn:E; simpl.
    - apply Nat.compare_eq in E. subst j. by_inner.
    - reflexivity.
    - rewrite IH. by_inner.
  Qed.
  Lemma put_all_total : forall c l m, total (put_all c l m) = add (scale c (total l)) (total m).
  Proof. intros c l m. induction l as [| [k d] l IH]; simpl; [ by_inner |]. rewrite put_total, IH. by_inner. Qed.
  Lemma put_value_total : forall e c m, total (put_value c e m) = add (scale c (value e)) (total m).
  Proof.
    induction e as [k | l | x IHx y IHy | d x IHx]; intros c m; simpl.
    - apply put_total.
    - apply put_all_total.
    - rewrite IHx, IHy. by_inner.
    - rewrite IHx. by_inner.
  Qed.
  Lemma collected_total : forall e, value e = total (collected e).
  Proof. intro e. unfold collected. rewrite put_value_total. simpl. by_inner. Qed.

  Lemma agree_total : forall l m, agree l m -> total l = total m.
  Proof.
    induction l as [| [k c] l IH]; destruct m as [| [j d] m]; simpl; intro H; try contradiction; [ reflexivity | |].
    - destruct H as [-> H]. rewrite (IH nil H). simpl. by_inner.
    - destruct (Nat.eqb k j) eqn:E; destruct H as [-> H].
      + apply PeanoNat.Nat.eqb_eq in E. subst j. rewrite (IH m H). reflexivity.
      + rewrite (IH _ H). simpl. by_inner.
  Qed.

  (* How a vector is brought to its normal form, and how two are seen to be equal. *)
  Lemma by_words : forall e x m, x = value e -> agree (collected e) m -> x = total m.
  Proof. intros e x m -> H. rewrite collected_total. apply agree_total. exact H. Qed.
  Lemma same_words : forall e f x y, x = value e -> y = value f -> agree (collected e) (collected f) -> x = y.
  Proof. intros e f x y -> -> H. rewrite (collected_total f). apply (by_words e); [ reflexivity | exact H ]. Qed.
End Combinations.
Arguments word {a}. Arguments total {a}. Arguments value {a}. Arguments by_words {a}. Arguments same_words {a}.
Arguments agree_total {a}.

(* Inner products of two combinations, from those of their words. *)
Section Products.
  Variables (a : space) (words : list a).
  Fixpoint known_row (w : a) (m : list (nat * R)) (g : list R) : Prop :=
    match m, g with
    | nil, nil => True
    | cons (k, _) m, cons p g => inner w (word words k) = p /\ known_row w m g
    | _, _ => False
    end.
  Fixpoint known (l m : list (nat * R)) (g : list (list R)) : Prop :=
    match l, g with
    | nil, nil => True
    | cons (k, _) l, cons p g => known_row (word words k) m p /\ known l m g
    | _, _ => False
    end.
  Fixpoint row (c : R) (m : list (nat * R)) (g : list R) : R :=
    match m, g with cons (_, d) m, cons p g => c * d * p + row c m g | _, _ => 0 end.
  Fixpoint rows (l m : list (nat * R)) (g : list (list R)) : R :=
    match l, g with cons (_, c) l, cons p g => row c m p + rows l m g | _, _ => 0 end.
  Lemma row_is_inner : forall w c m g, known_row w m g -> c * inner w (total words m) = row c m g.
  Proof.
    intros w c m. induction m as [| [k d] m IH]; destruct g as [| p g]; simpl; try contradiction.
    - intros _. rewrite inner_zero_r. ring.
    - intros [H K]. rewrite inner_add_r, inner_scale_r, H, <- (IH g K). ring.
  Qed.
  Lemma rows_are_inner : forall l m g, known l m g -> inner (total words l) (total words m) = rows l m g.
  Proof.
    induction l as [| [k c] l IH]; destruct g as [| p g]; simpl; try contradiction.
    - intros _. apply inner_zero.
    - intros [H K]. rewrite inner_add, inner_scale, (IH m g K), (row_is_inner _ _ _ _ H). reflexivity.
  Qed.
  Lemma by_products : forall e f g x y c, x = value words e -> y = value words f ->
    known (collected e) (collected f) g -> rows (collected e) (collected f) g = c -> inner x y = c.
  Proof.
    intros e f g x y c -> -> H <-. rewrite (collected_total _ _ e), (collected_total _ _ f). apply rows_are_inner. exact H.
  Qed.
End Products.
Arguments by_products {a}.

(* Images of combinations: the coefficients stay, the words become others. *)
Section Images.
  Variables (a b : space) (f : a -> b) (words : list a) (images : list b).
  Hypothesis f_zero : f zero = zero.
  Hypothesis f_add : forall x y, f (add x y) = add (f x) (f y).
  Hypothesis f_scale : forall c x, f (scale c x) = scale c (f x).
  Fixpoint mapped (l m : list (nat * R)) : Prop :=
    match l, m with
    | nil, nil => True
    | cons (k, c) l, cons (j, d) m => (f (word words k) = word images j /\ c = d) /\ mapped l m
    | _, _ => False
    end.
  Lemma mapped_total : forall l m, mapped l m -> f (total words l) = total images m.
  Proof.
    induction l as [| [k c] l IH]; destruct m as [| [j d] m]; simpl; try contradiction.
    - intros _. apply f_zero.
    - intros [[H ->] K]. rewrite f_add, f_scale, H, (IH m K). reflexivity.
  Qed.
End Images.

(* The equations of coefficients that are left of an equation of combinations, one after the other. *)
Ltac coefficients :=
  lazy beta iota delta [collected put_value put_all put agree rows row Nat.compare Nat.eqb].
Ltac each solved := repeat apply conj; match goal with |- True => exact I | _ => solved end.
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
(* What a surplus is written as: Gram determinants, squared lengths of x * q - y * p in a tensor product, quotients. *)
Lemma gram_not_negative : forall (a : space) (x y : a), 0 <= inner x x * inner y y - inner x y * inner x y.
Proof.
  intros a x y. pose proof (inner_self x) as X. pose proof (inner_self y) as Y.
  assert (K : forall s t, 0 <= s * s * inner x x + 2 * s * t * inner x y + t * t * inner y y).
  { intros s t. pose proof (inner_self (add (scale s x) (scale t y))) as H.
    rewrite inner_add, !inner_add_r, !inner_scale, !inner_scale_r, (inner_sym y x) in H. lra. }
  destruct (Rle_lt_or_eq_dec _ _ Y) as [P | Z].
  - specialize (K (inner y y) (- inner x y)). nra.
  - rewrite <- Z in *. specialize (K (inner x y) (- (inner x x + 1))). nra.
Qed.
Lemma tensor_not_negative : forall (a b : space) (x y : a) (p q : b),
  0 <= inner x x * inner q q - 2 * inner x y * inner p q + inner y y * inner p p.
Proof.
  intros a b x y p q. pose proof (gram_not_negative a x y) as G. pose proof (gram_not_negative b p q) as H.
  pose proof (inner_self x). pose proof (inner_self y). pose proof (inner_self p). pose proof (inner_self q).
  assert (L : 0 <= inner x x * inner q q) by nra. assert (M : 0 <= inner y y * inner p p) by nra.
  assert (N : (inner x y * inner x y) * (inner p q * inner p q) <= (inner x x * inner y y) * (inner p p * inner q q)).
  { apply Rmult_le_compat; [ apply Rle_0_sqr | apply Rle_0_sqr | lra | lra ]. }
  set (k := inner x y * inner p q) in *. set (l := inner x x * inner q q) in *. set (m := inner y y * inner p p) in *.
  assert (S : k * k <= l * m) by (unfold k, l, m; lra).
  replace (2 * inner x y * inner p q) with (2 * k) by (unfold k; ring).
  destruct (Rle_lt_dec (2 * k) (l + m)) as [E | E]; [ lra |].
  assert ((l + m) * (l + m) < (2 * k) * (2 * k)) by (apply Rmult_le_0_lt_compat; lra).
  pose proof (pow2_ge_0 (l - m)). lra.
Qed.
Lemma over_not_negative : forall x y, 0 <= x -> 0 <= y -> y <> 0 -> 0 <= x / y.
Proof. intros. apply Rmult_le_pos; [ assumption |]. apply Rlt_le, Rinv_0_lt_compat. lra. Qed.

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
