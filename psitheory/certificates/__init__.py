"""Certificates: laws that formal vectors prove, written for the Coq proof assistant, which checks them by itself."""

from psitheory.certificates.writing import Certificate, certificates, compiled, write

__all__ = ["Certificate", "certificates", "compiled", "write"]
