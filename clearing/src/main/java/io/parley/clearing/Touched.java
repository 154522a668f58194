package io.parley.clearing;

import org.jspecify.annotations.Nullable;

/**
 * One account that a step changed, with the margin on both sides of the change: what a margin receipt is made of.
 *
 * @param index its place in the accounts tree
 * @param before null if the step created it
 * @param after as it stands now
 * @param marginBefore at the prices of the step
 * @param marginAfter at the same prices
 */
public record Touched(int index, @Nullable Account before, Account after, Margin marginBefore, Margin marginAfter) {}
