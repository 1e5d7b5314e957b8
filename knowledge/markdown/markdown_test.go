package markdown

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name, src string
		want      Document
	}{
		{"paragraphs", "One *two*\nthree.\n\nFour **five**.", Document{
			{Kind: Paragraph, Lines: []Line{{{Text: "One "}, {Text: "two", Italic: true}, {Text: " three."}}}},
			{Kind: Paragraph, Lines: []Line{{{Text: "Four "}, {Text: "five", Bold: true}, {Text: "."}}}},
		}},
		{"lists", "1. a\n2. b\n\n- c\n- [d](https://x.org)", Document{
			{Kind: Numbered, Start: 1, Lines: []Line{{{Text: "a"}}, {{Text: "b"}}}},
			{Kind: Bullets, Lines: []Line{{{Text: "c"}}, {{Text: "d", URL: "https://x.org"}}}},
		}},
		{"quotation", "> a\n>\n> b\n\nc", Document{
			{Kind: Quote, Lines: []Line{{{Text: "a"}}, {{Text: "b"}}}},
			{Kind: Paragraph, Lines: []Line{{{Text: "c"}}}},
		}},
		{"escapes", `\*a\* \<b> 3\. \& c`, Document{{Kind: Paragraph, Lines: []Line{{{Text: "*a* <b> 3. & c"}}}}}},
		{"empty", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse(tt.src)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParseNamesWhatIsNotUsed(t *testing.T) {
	for src, want := range map[string]string{
		"a\n\n# b":                  "line 3: a heading",
		"a <b>c</b>":                "line 1: HTML",
		"a\n\n<script>x</script>":   "line 3: HTML",
		"![p](x.png)":               "line 1: a picture",
		"a `b`":                     "line 1: code",
		"- a\n  - b":                "a list inside a list",
		"a\n\n***\n\nb":             "a line of stars",
		"text\n\n    indented code": "line 3: code",
	} {
		_, err := Parse(src)
		if u := (*Unsupported)(nil); !errors.As(err, &u) || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q) says %v, want %q", src, err, want)
		}
	}
}

// What is escaped comes back as it was, whatever it is.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"a*b*", "1. x", "- y", "# z", "<i>", "a\\b", "&amp;", "[x](y)", "`c`", "~~~", "+ x", "=== y", "1) x", "> q", "_a_"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.Map(func(c rune) rune {
			if unicode.IsControl(c) {
				return -1
			}
			return c
		}, strings.ToValidUTF8(s, ""))
		s = strings.Join(strings.Fields(s), " ")
		doc, err := Parse(Escape(s))
		if err != nil {
			t.Fatalf("Escape(%q) = %q: %v", s, Escape(s), err)
		}
		if got := doc.Plain(); strings.Join(strings.Fields(got), " ") != s {
			t.Errorf("%q became %q by way of %q", s, got, Escape(s))
		}
	})
}
