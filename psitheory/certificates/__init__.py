"""Certificates: laws that formal vectors prove, written for the Coq proof assistant, which checks them by itself."""

from psitheory.certificates.writing import Certificate, certificate_of, certificates, compiled, write

__all__ = ["Certificate", "certificate_of", "certificates", "compiled", "write"]
