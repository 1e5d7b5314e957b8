package render

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"cobijo/knowledge/markdown"
)

const quoteIndent = "    "

// Plain renders a text without any markup, wrapped to width characters; with a width of 0 it is not wrapped. A link is its
// text with its address behind it.
func Plain(md string, width int) string { return lines(parse(md), width, nil) }

// ANSI is Plain with bold and emphasised words as a terminal shows them.
func ANSI(md string, width int) string {
	return lines(parse(md), width, func(s markdown.Span) string {
		switch {
		case s.Bold && s.Italic:
			return "\x1b[1;3m"
		case s.Bold:
			return "\x1b[1m"
		case s.Italic:
			return "\x1b[3m"
		}
		return ""
	})
}

// lines lays a document out. style gives the sequence that begins a span's style.
func lines(doc markdown.Document, width int, style func(markdown.Span) string) string {
	var b strings.Builder
	for n, block := range doc {
		if n > 0 {
			b.WriteString("\n\n")
		}
		for i, line := range block.Lines {
			if i > 0 {
				b.WriteByte('\n')
				if block.Kind == markdown.Quote {
					b.WriteByte('\n')
				}
			}
			first, rest := "", ""
			if block.Kind == markdown.Quote {
				first, rest = quoteIndent, quoteIndent
			} else if m := marker(block, i, "-"); m != "" {
				first, rest = m, strings.Repeat(" ", utf8.RuneCountInString(m))
			}
			wrap(&b, words(line, style), width, first, rest)
		}
	}
	return b.String()
}

// word is what is not broken: its letters, and what a terminal shows of them.
type word struct {
	shown string
	width int
}

// words splits a line at its spaces. A word may bear several styles.
func words(line markdown.Line, style func(markdown.Span) string) []word {
	var all []word
	var shown strings.Builder
	n := 0
	flush := func() {
		if n > 0 {
			all = append(all, word{shown.String(), n})
		}
		shown.Reset()
		n = 0
	}
	for _, s := range line {
		code := ""
		if style != nil {
			code = style(s)
		}
		for _, f := range strings.FieldsFunc(spaced(s), func(c rune) bool { return c == 0 }) {
			if f == " " {
				flush()
				continue
			}
			if code != "" {
				f = code + f + "\x1b[0m"
			}
			shown.WriteString(f)
			n += utf8.RuneCountInString(f) - codeWidth(code)
		}
	}
	flush()
	return all
}

func codeWidth(code string) int {
	if code == "" {
		return 0
	}
	return len(code) + len("\x1b[0m")
}

// spaced gives a span's text, its address behind it, with each run of spaces as one space between NULs.
func spaced(s markdown.Span) string {
	text := clean(s.Text)
	if to := clean(s.URL); to != "" && to != text && !strings.HasPrefix(to, "tel:") && to != "mailto:"+text {
		text += " (" + to + ")"
	}
	var b strings.Builder
	space := false
	for _, c := range text {
		if unicode.IsSpace(c) && c != '\u00a0' && c != '\u202f' {
			space = true
			continue
		}
		if space {
			b.WriteString("\x00 \x00")
			space = false
		}
		b.WriteRune(c)
	}
	if space {
		b.WriteString("\x00 \x00")
	}
	return b.String()
}

// wrap writes the words in lines of up to width characters; a word that is longer stands alone, for a broken address leads nowhere.
func wrap(b *strings.Builder, ws []word, width int, first, rest string) {
	b.WriteString(first)
	at := utf8.RuneCountInString(first)
	for i, w := range ws {
		if i > 0 {
			if width > 0 && at+1+w.width > width {
				b.WriteString("\n" + rest)
				at = utf8.RuneCountInString(rest)
			} else {
				b.WriteByte(' ')
				at++
			}
		}
		b.WriteString(w.shown)
		at += w.width
	}
}

// Literal makes words that are no Markdown safe to show in a terminal: in one line, without what a terminal acts upon.
func Literal(s string) string { return clean(s) }
