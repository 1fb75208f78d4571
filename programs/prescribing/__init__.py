"""The clinician's pages: propose a program, release it, see how it goes."""
