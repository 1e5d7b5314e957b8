package render

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"cobijo/knowledge/markdown"
)

func TestRenderings(t *testing.T) {
	tests := []struct {
		name, md, plain, web, telegram string
	}{
		{
			"paragraph", "One *two* **three** & <four>.",
			"One two three & <four>.",
			"<p>One <em>two</em> <strong>three</strong> &amp; &lt;four&gt;.</p>\n",
			"One <i>two</i> <b>three</b> &amp; &lt;four&gt;.",
		},
		{
			"lists", "Do:\n\n3. a\n4. b\n\n- c\n- d",
			"Do:\n\n3. a\n4. b\n\n- c\n- d",
			"<p>Do:</p>\n<ol start=\"3\"><li>a</li><li>b</li></ol>\n<ul><li>c</li><li>d</li></ul>\n",
			"Do:\n\n3. a\n4. b\n\n• c\n• d",
		},
		{
			"link", "See [the page](https://x.org/a?b=1&c=\"2\").",
			`See the page (https://x.org/a?b=1&c="2").`,
			"<p>See <a href=\"https://x.org/a?b=1&amp;c=&#34;2&#34;\" target=\"_blank\" rel=\"noopener noreferrer\">the page</a>.</p>\n",
			"See <a href=\"https://x.org/a?b=1&amp;c=&#34;2&#34;\">the page</a>.",
		},
		{
			"telephone", "Call [911](tel:911) or [write](mailto:a@x.org).",
			"Call 911 or write (mailto:a@x.org).",
			"<p>Call <a href=\"tel:911\" rel=\"noopener noreferrer\">911</a> or <a href=\"mailto:a@x.org\" rel=\"noopener noreferrer\">write</a>.</p>\n",
			"Call 911 or write.",
		},
		{
			"no scripts", "[a](javascript:alert(1)) [b](data:text/html,x) [c](//x.org)",
			"a (javascript:alert(1)) b (data:text/html,x) c (//x.org)",
			"<p>a b c</p>\n",
			"a b c",
		},
		{
			"quotation", "> a\n>\n> b",
			"    a\n\n    b",
			"<blockquote><p>a</p><p>b</p></blockquote>\n",
			"<blockquote>a\nb</blockquote>",
		},
		{
			"what is not known is shown", "# A\n\n<b>c</b>",
			"A\n\n<b>c</b>",
			"<p>A</p>\n<p>&lt;b&gt;c&lt;/b&gt;</p>\n",
			"A\n\n&lt;b&gt;c&lt;/b&gt;",
		},
		{"nothing", "", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Plain(tt.md, 0); got != tt.plain {
				t.Errorf("Plain: %q, want %q", got, tt.plain)
			}
			if got := string(HTML(tt.md)); got != tt.web {
				t.Errorf("HTML: %q, want %q", got, tt.web)
			}
			if got := TelegramHTML(tt.md); got != tt.telegram {
				t.Errorf("TelegramHTML: %q, want %q", got, tt.telegram)
			}
		})
	}
}

func TestPlainWraps(t *testing.T) {
	got := Plain("1. Vaya a una oficina de COMAR.\n2. Pida refugio: es gratis.\n\n> Una cita algo larga.", 20)
	want := "1. Vaya a una\n   oficina de COMAR.\n2. Pida refugio: es\n   gratis.\n\n    Una cita algo\n    larga."
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestANSIClosesWhatItOpens(t *testing.T) {
	if got, want := ANSI("a **b c**, *d*", 0), "a \x1b[1mb\x1b[0m \x1b[1mc\x1b[0m, \x1b[3md\x1b[0m"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Plain("a \x1b[31mred\x1b[0m \x9b5m", 0); strings.ContainsFunc(got, unicode.IsControl) {
		t.Errorf("%q would act on a terminal", got)
	}
}

func TestPlainProperties(t *testing.T) {
	word := rapid.StringMatching(`[a-zñáé.,;:!?&<>*_-]{1,9}`)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 40).Draw(t, "words")
		width := rapid.IntRange(12, 100).Draw(t, "width")
		text := strings.Join(words, " ")
		got := Plain(markdown.Escape(text), width)
		if strings.Join(strings.Fields(got), " ") != text {
			t.Fatalf("%q became %q", text, got)
		}
		for line := range strings.SplitSeq(got, "\n") {
			if len([]rune(line)) > width {
				t.Fatalf("%q is wider than %d", line, width)
			}
		}
	})
}

var (
	webTag      = regexp.MustCompile(`</?(?:p|ul|ol|li|blockquote|strong|em|a)>|<ol start="\d+">|<a href="[^"<>]*"(?: target="_blank")? rel="noopener noreferrer">`)
	telegramTag = regexp.MustCompile(`</?(?:b|i|blockquote|a)>|<a href="[^"<>]*">`)
)

func normal(s string) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' && c != '\r' {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// Any text that was escaped comes out as itself in every rendering, and nothing of it is markup.
func FuzzEscaped(f *testing.F) {
	for _, s := range []string{"a<b>&amp;", "1. x", "<script>alert(1)</script>", "[x](javascript:y)", "> q", "a\x00b\x1b[1m", "- [ ] \\", "é\u00a0\u2028x", "http://x.org", "<https://x.org>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.TrimSpace(normal(s)) // Escape is for text that begins with no space
		md, want := markdown.Escape(s), s
		if got := normal(Plain(md, 30)); got != want {
			t.Errorf("Plain: %q became %q", want, got)
		}
		web := webTag.ReplaceAllString(string(HTML(md)), "")
		if got := normal(html.UnescapeString(web)); got != want {
			t.Errorf("HTML: %q became %q", want, got)
		}
		telegram := telegramTag.ReplaceAllString(TelegramHTML(md), "")
		if got := normal(html.UnescapeString(telegram)); got != want {
			t.Errorf("TelegramHTML: %q became %q", want, got)
		}
	})
}

// Whatever Markdown says, only the known tags come out.
func FuzzRaw(f *testing.F) {
	for _, s := range []string{"<b>x</b>", "a\n\n<div onclick=x>", "[a](<b>)", "![<i>](x)", "`<b>`", "    <p>", "[a](https://x.org/<b>)", "[\"](https://x\"onclick=)", "<a@b.c>", "> - <b>\n> 1. c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, left := range map[string]string{
			"HTML":         webTag.ReplaceAllString(string(HTML(s)), ""),
			"TelegramHTML": telegramTag.ReplaceAllString(TelegramHTML(s), ""),
		} {
			if strings.ContainsAny(left, "<>") {
				t.Errorf("%s of %q lets markup through: %q", name, s, left)
			}
		}
		if got := Plain(s, 20); strings.ContainsFunc(got, func(c rune) bool { return unicode.IsControl(c) && c != '\n' }) {
			t.Errorf("Plain of %q has control characters: %q", s, got)
		}
		ANSI(s, 20)
	})
}
