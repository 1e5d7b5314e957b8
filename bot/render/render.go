// Package render turns the Markdown of entries and answers into what each channel shows. It works on the structure that package
// markdown reads, so that nothing is escaped twice; whatever the text is, it comes out whole, and no markup of its own gets through.
package render

import (
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"cobijo/knowledge/markdown"
)

// parse reads a text, kept whole where a construct is not known: what is unsupported comes as plain text.
func parse(md string) markdown.Document {
	doc, _ := markdown.Parse(md) // editors are told by the check; a reader is shown all there is
	return doc
}

// clean takes out what no text has a use for and what a terminal or a page would act upon.
func clean(s string) string {
	return strings.Map(func(c rune) rune {
		if c == '\n' || c == '\t' {
			return ' '
		}
		if unicode.IsControl(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// link gives where a span leads, empty where it leads nowhere or to a scheme that is not in the list.
func link(s markdown.Span, schemes ...string) string {
	if s.URL == "" {
		return ""
	}
	u, err := url.Parse(clean(s.URL))
	if err != nil {
		return ""
	}
	for _, scheme := range schemes {
		if strings.EqualFold(u.Scheme, scheme) && (u.Host != "" || u.Opaque != "") {
			return u.String()
		}
	}
	return ""
}

// tagged renders a line with the names of the tags for strong and emphasised text.
func tagged(b *strings.Builder, line markdown.Line, strong, em string, anchor func(span markdown.Span) (open, shut string)) {
	for _, s := range line {
		text := html.EscapeString(clean(s.Text))
		open, shut := anchor(s)
		b.WriteString(open)
		if s.Bold {
			b.WriteString("<" + strong + ">")
		}
		if s.Italic {
			b.WriteString("<" + em + ">")
		}
		b.WriteString(text)
		if s.Italic {
			b.WriteString("</" + em + ">")
		}
		if s.Bold {
			b.WriteString("</" + strong + ">")
		}
		b.WriteString(shut)
	}
}

// marker gives what stands before the i-th line of a list, empty outside of lists.
func marker(block markdown.Block, i int, bullet string) string {
	switch block.Kind {
	case markdown.Numbered:
		return strconv.Itoa(block.Start+i) + ". "
	case markdown.Bullets:
		return bullet + " "
	}
	return ""
}
