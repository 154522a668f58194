package io.parley.bench.load;

/** What happens to an intent on its way, in order; each ends the stage that is named after what was done until then. */
enum Point {
    DUE("", "its request was to be sent"),
    ACKNOWLEDGED("door", "the door answered 202"),
    OPENED("gathering", "an auction opened with it"),
    REOPENED("further auctions", "the auction that filled it opened"),
    REVEALED("window", "that auction's reveals were closed"),
    SCREENED("screening", "all its bids had their verdicts"),
    CLOSED("selection", "its winners were published"),
    COMMANDED("appending", "the trade was handed to the log"),
    CLEARED("clearing", "a reader of cleared saw it"),
    FINAL("settlement", "its batch was final on the chain");

    private final String stage;
    private final String event;

    Point(String stage, String event) {
        this.stage = stage;
        this.event = event;
    }

    /** {@return the stage that ends here} */
    String stage() {
        return stage;
    }

    String event() {
        return event;
    }
}
