package io.parley.intents.infra.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the door and the views. */
@ConfigMapping(prefix = "parley.api")
public interface ApiConfig {

    /** Tells processes with this role apart: each reads all topics, as a consumer group of its own. */
    @WithDefault("0")
    String instance();

    /** How far after the state time an intent, withdrawal or cancel may be valid. */
    @WithDefault("30d")
    Duration longestValidity();

    Sender sender();

    Bounds bounds();

    Views views();

    /** Limits of one owner. */
    interface Sender {

        @WithDefault("50")
        long perSecond();

        @WithDefault("200")
        long burst();

        /** How many owners are remembered. */
        @WithDefault("100000")
        int remembered();
    }

    /** Where the door says "not now". */
    interface Bounds {

        /** Bytes of a body. */
        @WithDefault("65536")
        int body();

        /** Records on the way to the broker. */
        @WithDefault("2000")
        int unacknowledged();

        /** Accepted intents that no auction has shown. */
        @WithDefault("20000")
        int waiting();

        /** After which an intent that no auction has shown counts as refused behind the door. */
        @WithDefault("60s")
        Duration patience();

        /** Ids remembered against duplicates. */
        @WithDefault("200000")
        int remembered();

        /** Event streams open at a time. */
        @WithDefault("500")
        int streams();
    }

    /** How the views are written. */
    interface Views {

        /** Records in one transaction at most. */
        @WithDefault("2000")
        int transaction();
    }
}
