/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verifier.h - the one hint that clang needs so that verifiers from 6.1 on can follow.
 */
#ifndef FASTPATH_LIB_VERIFIER_H
#define FASTPATH_LIB_VERIFIER_H

/*
 * Around a comparison: `variable` is in a register, the one that is compared and the one that is used. Else clang compares one
 * copy and goes on with another, spilled or computed before; kernels before 6.12 have no bounds for that one. Behind the
 * comparison is needed always, before it where the value may live on the stack.
 */
#define FP_BOUNDED(variable) asm volatile("" : "+r"(variable))

#endif
