/* SPDX-License-Identifier: MIT */
/*
 * In the kernel irq_sim.c is built in and needs no licence of its own; as a module it does.
 *
 * The module as a whole is GPL, as the kernel's source in it.
 */
#include <linux/module.h>

MODULE_LICENSE("GPL");
