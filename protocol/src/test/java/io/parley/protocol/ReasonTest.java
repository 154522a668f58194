package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReasonTest {

    @Test
    void theCodes_areThoseOfTheProtocolPage() throws IOException {
        Path page = Path.of(System.getProperty("parley.home", ".."), "docs", "protocol.md");
        String text = Files.readString(page);
        String section = text.substring(text.indexOf("## 9. Reason codes"));
        Map<Integer, String> documented = new TreeMap<>();
        Matcher matcher = Pattern.compile("\\b([1-6]\\d\\d) ([A-Z][A-Z_]+)").matcher(section);
        while (matcher.find()) {
            documented.put(Integer.parseInt(matcher.group(1)), matcher.group(2));
        }
        Map<Integer, String> known = new TreeMap<>();
        for (Reason reason : Reason.values()) {
            known.put(reason.code(), reason.name());
            assertThat(Reason.of(reason.code())).isSameAs(reason);
        }
        assertThat(known).isEqualTo(documented);
    }

    @Test
    void aCodeThatIsNone_isRefused() {
        for (int code : new int[] {-1, 0, 100, 699, 700, 70_000}) {
            assertThatIllegalArgumentException().isThrownBy(() -> Reason.of(code));
        }
    }
}
