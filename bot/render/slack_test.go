package render

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"cobijo/knowledge/markdown"
)

func TestSlackMrkdwn(t *testing.T) {
	tests := []struct{ name, md, want string }{
		{"paragraph", "One *two* **three** & <four>.", "One _two_ *three* &amp; &lt;four&gt;."},
		{"both", "***a***", "*_a_*"},
		{"within a word", "**a**b", "*a*\u200bb"},
		{"side by side", "**a***b*", "*a*\u200b_b_"},
		{"a run of links", "*From [a](https://x.org), [b](https://y.org). Sure.*", "_From <https://x.org|a>, <https://y.org|b>. Sure._"},
		{"punctuation", "Call **a**, *b*.", "Call *a*, _b_."},
		{"lists", "Do:\n\n3. a\n4. b\n\n- c\n- d", "Do:\n\n3. a\n4. b\n\n• c\n• d"},
		{"link", "See [a page](https://x.org/a?b=1&c=%7C|d).", "See <https://x.org/a?b=1&amp;c=%7C%7Cd|a page>."},
		{"bold link", "**[a](https://x.org)**", "*<https://x.org|a>*"},
		{"telephone", "Call **[911](tel:911)**.", "Call *911*."},
		{"mail", "[write](mailto:a@x.org)", "<mailto:a@x.org|write>"},
		{"quotation", "> a\n>\n> b", "> a\n> b"},
		{"everybody", "<!channel> <@U123> [x](!channel) [y](https://x.org/?<!here>)", "&lt;!channel&gt; &lt;@U123&gt; x <https://x.org/?%3C!here%3E|y>"},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := SlackMrkdwn(tt.md); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// An address, or the mark of a quotation.
var slackMarkup = regexp.MustCompile(`(?m)<(?:https?://|mailto:)[^<>|]+\|[^<>]*>|^> `)

// Whatever the text says, the only thing in angle brackets is an address.
func FuzzSlackMrkdwn(f *testing.F) {
	for _, s := range []string{"<!channel>", "[<!here>](https://x.org)", "[a](https://x.org/|<!channel>)", "`<@U1>`", "&lt;!channel&gt;", "<https://x.org|y>", "[a](<https://x.org/ <!channel>>)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if left := slackMarkup.ReplaceAllString(SlackMrkdwn(s), ""); strings.ContainsAny(left, "<>") {
			t.Errorf("%q lets markup through: %q", s, left)
		}
		plain := strings.TrimSpace(normal(s))
		got := strings.ReplaceAll(SlackMrkdwn(markdown.Escape(plain)), noWidth, "")
		if got = normal(html.UnescapeString(got)); got != strings.ReplaceAll(plain, noWidth, "") {
			t.Errorf("%q became %q", plain, got)
		}
	})
}
