"""The sources of the theorems: each key, the words of reference and the BibTeX entry has its home here."""

from __future__ import annotations

from psitheory.checking import Source

YI22 = Source(
    "Yi22",
    "M. Yi, Accelerating training of batch normalization: A manifold perspective, UAI 2022, PMLR 180:1128-1137",
    """@inproceedings{Yi22,
  author    = {Yi, Mingyang},
  title     = {Accelerating training of batch normalization: {A} manifold perspective},
  booktitle = {Proceedings of the Thirty-Eighth Conference on Uncertainty in Artificial Intelligence},
  series    = {Proceedings of Machine Learning Research},
  volume    = {180},
  pages     = {1128--1137},
  publisher = {PMLR},
  year      = {2022},
  eprint    = {2101.02916},
  eprinttype = {arXiv},
}""",
)

CHO17 = Source(
    "Cho17",
    "M. Cho and J. Lee, Riemannian approach to batch normalization, NIPS 2017",
    """@inproceedings{Cho17,
  author    = {Cho, Minhyung and Lee, Jaehyung},
  title     = {Riemannian approach to batch normalization},
  booktitle = {Advances in Neural Information Processing Systems},
  volume    = {30},
  year      = {2017},
  eprint    = {1709.09603},
  eprinttype = {arXiv},
}""",
)

ROB20 = Source(
    "Rob20",
    "S. Roburin, Y. de Mont-Marin, A. Bursuc, R. Marlet, P. Pérez and M. Aubry, "
    "Spherical perspective on learning with normalization layers, 2020 "
    "(first as: Spherical perspective on learning with batch norm)",
    """@misc{Rob20,
  author    = {Roburin, Simon and de Mont-Marin, Yann and Bursuc, Andrei and Marlet, Renaud and P{\\'e}rez, Patrick
               and Aubry, Mathieu},
  title     = {Spherical perspective on learning with normalization layers},
  year      = {2020},
  eprint    = {2006.13382},
  eprinttype = {arXiv},
}""",
)

LAN22 = Source(
    "Lan22",
    "S. Lange, K. Helfrich and Q. Ye, Batch normalization preconditioning for neural network training, "
    "JMLR 23(72), 2022",
    """@article{Lan22,
  author    = {Lange, Susanna and Helfrich, Kyle and Ye, Qiang},
  title     = {Batch normalization preconditioning for neural network training},
  journal   = {Journal of Machine Learning Research},
  volume    = {23},
  number    = {72},
  pages     = {1--41},
  year      = {2022},
  eprint    = {2108.01110},
  eprinttype = {arXiv},
}""",
)

ARO18 = Source(
    "Aro18",
    "S. Arora, Z. Li and K. Lyu, Theoretical analysis of auto rate-tuning by batch normalization, ICLR 2019",
    """@inproceedings{Aro18,
  author    = {Arora, Sanjeev and Li, Zhiyuan and Lyu, Kaifeng},
  title     = {Theoretical analysis of auto rate-tuning by batch normalization},
  booktitle = {International Conference on Learning Representations},
  year      = {2019},
  eprint    = {1812.03981},
  eprinttype = {arXiv},
}""",
)

LI19 = Source(
    "Li19",
    "Z. Li and S. Arora, An exponential learning rate schedule for deep learning, ICLR 2020",
    """@inproceedings{Li19,
  author    = {Li, Zhiyuan and Arora, Sanjeev},
  title     = {An exponential learning rate schedule for deep learning},
  booktitle = {International Conference on Learning Representations},
  year      = {2020},
  eprint    = {1910.07454},
  eprinttype = {arXiv},
}""",
)

WAN20 = Source(
    "Wan20",
    "R. Wan, Z. Zhu, X. Zhang and J. Sun, Spherical motion dynamics: Learning dynamics of neural network with "
    "normalization, weight decay, and SGD, 2020 (NeurIPS 2021)",
    """@misc{Wan20,
  author    = {Wan, Ruosi and Zhu, Zhanxing and Zhang, Xiangyu and Sun, Jian},
  title     = {Spherical motion dynamics: {L}earning dynamics of neural network with normalization, weight decay,
               and {SGD}},
  year      = {2020},
  eprint    = {2006.08419},
  eprinttype = {arXiv},
}""",
)

KUN20 = Source(
    "Kun20",
    "D. Kunin, J. Sagastuy-Breña, S. Ganguli, D. L. K. Yamins and H. Tanaka, Neural mechanics: Symmetry and broken "
    "conservation laws in deep learning dynamics, ICLR 2021",
    """@inproceedings{Kun20,
  author    = {Kunin, Daniel and Sagastuy-Bre{\\~n}a, Javier and Ganguli, Surya and Yamins, Daniel L. K.
               and Tanaka, Hidenori},
  title     = {Neural mechanics: {S}ymmetry and broken conservation laws in deep learning dynamics},
  booktitle = {International Conference on Learning Representations},
  year      = {2021},
  eprint    = {2012.04728},
  eprinttype = {arXiv},
}""",
)

AMS08 = Source(
    "AMS08",
    "P.-A. Absil, R. Mahony and R. Sepulchre, Optimization algorithms on matrix manifolds, "
    "Princeton University Press, 2008",
    """@book{AMS08,
  author    = {Absil, P.-A. and Mahony, Robert and Sepulchre, Rodolphe},
  title     = {Optimization algorithms on matrix manifolds},
  publisher = {Princeton University Press},
  address   = {Princeton, NJ},
  year      = {2008},
}""",
)

KOS24 = Source(
    "Kos24",
    "A. Kosson, B. Messmer and M. Jaggi, Rotational equilibrium: How weight decay balances learning across neural "
    "networks, ICML 2024",
    """@inproceedings{Kos24,
  author    = {Kosson, Atli and Messmer, Bettina and Jaggi, Martin},
  title     = {Rotational equilibrium: {H}ow weight decay balances learning across neural networks},
  booktitle = {International Conference on Machine Learning},
  year      = {2024},
  eprint    = {2305.17212},
  eprinttype = {arXiv},
}""",
)

LYU22 = Source(
    "Lyu22",
    "K. Lyu, Z. Li and S. Arora, Understanding the generalization benefit of normalization layers: Sharpness "
    "reduction, NeurIPS 2022",
    """@inproceedings{Lyu22,
  author    = {Lyu, Kaifeng and Li, Zhiyuan and Arora, Sanjeev},
  title     = {Understanding the generalization benefit of normalization layers:
               {S}harpness reduction},
  booktitle = {Advances in Neural Information Processing Systems},
  volume    = {35},
  year      = {2022},
  eprint    = {2206.07085},
  eprinttype = {arXiv},
}""",
)

CAI19 = Source(
    "Cai19",
    "Y. Cai, Q. Li and Z. Shen, A quantitative analysis of the effect of batch normalization on gradient descent, "
    "ICML 2019",
    """@inproceedings{Cai19,
  author    = {Cai, Yongqiang and Li, Qianxiao and Shen, Zuowei},
  title     = {A quantitative analysis of the effect of batch normalization on gradient descent},
  booktitle = {International Conference on Machine Learning},
  year      = {2019},
  eprint    = {1810.00122},
  eprinttype = {arXiv},
}""",
)

KOH19 = Source(
    "Koh19",
    "J. Kohler, H. Daneshmand, A. Lucchi, T. Hofmann, M. Zhou and K. Neymeyr, Exponential convergence rates for batch "
    "normalization: The power of length-direction decoupling in non-convex optimization, AISTATS 2019",
    """@inproceedings{Koh19,
  author    = {Kohler, Jonas and Daneshmand, Hadi and Lucchi, Aurelien and Hofmann, Thomas and Zhou, Ming
               and Neymeyr, Klaus},
  title     = {Exponential convergence rates for batch normalization: {T}he power of length-direction
               decoupling in non-convex optimization},
  booktitle = {International Conference on Artificial Intelligence and Statistics},
  year      = {2019},
  eprint    = {1805.10694},
  eprinttype = {arXiv},
}""",
)

HEO21 = Source(
    "Heo21",
    "B. Heo, S. Chun, S. J. Oh, D. Han, S. Yun, G. Kim, Y. Uh and J.-W. Ha, AdamP: Slowing down the slowdown for "
    "momentum optimizers on scale-invariant weights, ICLR 2021",
    """@inproceedings{Heo21,
  author    = {Heo, Byeongho and Chun, Sanghyuk and Oh, Seong Joon and Han, Dongyoon and Yun, Sangdoo and Kim, Gyuwan
               and Uh, Youngjung and Ha, Jung-Woo},
  title     = {{AdamP}: {S}lowing down the slowdown for momentum optimizers on scale-invariant weights},
  booktitle = {International Conference on Learning Representations},
  year      = {2021},
  eprint    = {2006.08217},
  eprinttype = {arXiv},
}""",
)

WU20 = Source(
    "Wu20",
    "X. Wu, E. Dobriban, T. Ren, S. Wu, Z. Li, S. Gunasekar, R. Ward and Q. Liu, Implicit regularization and "
    "convergence for weight normalization, NeurIPS 2020",
    """@inproceedings{Wu20,
  author    = {Wu, Xiaoxia and Dobriban, Edgar and Ren, Tongzheng and Wu, Shanshan and Li, Zhiyuan
               and Gunasekar, Suriya and Ward, Rachel and Liu, Qiang},
  title     = {Implicit regularization and convergence for weight normalization},
  booktitle = {Advances in Neural Information Processing Systems},
  volume    = {33},
  year      = {2020},
  eprint    = {1911.07956},
  eprinttype = {arXiv},
}""",
)

WWB18 = Source(
    "WWB18",
    "X. Wu, R. Ward and L. Bottou, WNGrad: Learn the learning rate in gradient descent, 2018",
    """@misc{WWB18,
  author    = {Wu, Xiaoxia and Ward, Rachel and Bottou, L{\\'e}on},
  title     = {{WNGrad}: {L}earn the learning rate in gradient descent},
  year      = {2018},
  eprint    = {1803.02865},
  eprinttype = {arXiv},
}""",
)

DEF25 = Source(
    "Def25",
    "A. Defazio, Why gradients rapidly increase near the end of training, 2025",
    """@misc{Def25,
  author    = {Defazio, Aaron},
  title     = {Why gradients rapidly increase near the end of training},
  year      = {2025},
  eprint    = {2506.02285},
  eprinttype = {arXiv},
}""",
)

JOR24 = Source(
    "Jor24",
    "K. Jordan, Y. Jin, V. Boza, J. You, F. Cesista, L. Newhouse and J. Bernstein, Muon: An optimizer for hidden "
    "layers in neural networks, 2024",
    """@misc{Jor24,
  author    = {Jordan, Keller and Jin, Yuchen and Boza, Vlado and You, Jiacheng and Cesista, Franz
               and Newhouse, Laker and Bernstein, Jeremy},
  title     = {Muon: {A}n optimizer for hidden layers in neural networks},
  year      = {2024},
  url       = {https://kellerjordan.github.io/posts/muon/},
}""",
)

GL13 = Source(
    "GL13",
    "S. Ghadimi and G. Lan, Stochastic first- and zeroth-order methods for nonconvex stochastic programming, "
    "SIAM J. Optim. 23(4):2341-2368, 2013",
    """@article{GL13,
  author    = {Ghadimi, Saeed and Lan, Guanghui},
  title     = {Stochastic first- and zeroth-order methods for nonconvex stochastic programming},
  journal   = {SIAM Journal on Optimization},
  volume    = {23},
  number    = {4},
  pages     = {2341--2368},
  year      = {2013},
  doi       = {10.1137/120880811},
}""",
)

AKZ22 = Source(
    "AKZ22",
    "H. Abbaszadehpeivasti, E. de Klerk and M. Zamani, The exact worst-case convergence rate of the gradient method "
    "with fixed step lengths for L-smooth functions, Optim. Lett. 16:1649-1661, 2022",
    """@article{AKZ22,
  author    = {Abbaszadehpeivasti, Hadi and de Klerk, Etienne and Zamani, Moslem},
  title     = {The exact worst-case convergence rate of the gradient method with fixed step lengths for {$L$}-smooth
               functions},
  journal   = {Optimization Letters},
  volume    = {16},
  pages     = {1649--1661},
  year      = {2022},
  doi       = {10.1007/s11590-021-01821-1},
  eprint    = {2104.05468},
  eprinttype = {arXiv},
}""",
)

OURS = Source(
    "psitheory",
    "psitheory: what the quotient adds to smoothness, and other theorems that are this library's own",
    """@misc{psitheory,
  author    = {{The psitheory developers}},
  title     = {psitheory: Checking the theory of scale-invariant optimisation on running code},
  year      = {2026},
}""",
)

RGP22 = Source(
    "RGP22",
    "T. Rotaru, F. Glineur and P. Patrinos, Tight convergence rates of the gradient method on smooth hypoconvex "
    "functions, 2022",
    """@misc{RGP22,
  author    = {Rotaru, Teodor and Glineur, Fran{\\c c}ois and Patrinos, Panagiotis},
  title     = {Tight convergence rates of the gradient method on smooth hypoconvex functions},
  year      = {2022},
  eprint    = {2203.00775},
  eprinttype = {arXiv},
}""",
)

POL64 = Source(
    "Pol64",
    "B. T. Polyak, Some methods of speeding up the convergence of iteration methods, "
    "USSR Comput. Math. Math. Phys. 4(5):1-17, 1964",
    """@article{Pol64,
  author    = {Polyak, Boris T.},
  title     = {Some methods of speeding up the convergence of iteration methods},
  journal   = {USSR Computational Mathematics and Mathematical Physics},
  volume    = {4},
  number    = {5},
  pages     = {1--17},
  year      = {1964},
  doi       = {10.1016/0041-5553(64)90137-5},
}""",
)

SOURCES = {
    source.key: source
    for source in (
        YI22,
        CHO17,
        ROB20,
        LAN22,
        ARO18,
        LI19,
        WAN20,
        KUN20,
        AMS08,
        KOS24,
        LYU22,
        CAI19,
        KOH19,
        HEO21,
        WU20,
        WWB18,
        DEF25,
        JOR24,
        GL13,
        AKZ22,
        OURS,
        RGP22,
        POL64,
    )
}
"""All of them by key."""
