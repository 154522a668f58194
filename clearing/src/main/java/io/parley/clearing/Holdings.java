package io.parley.clearing;

/** What a margin is computed from: cash and quantities by asset, in ascending order of asset. Amounts in units of 1e-8. */
public interface Holdings {
    int mode();

    long cash();

    int positionCount();

    long assetAt(int position);

    long quantityAt(int position);
}
