package render

import (
	"html"
	"html/template"
	"strconv"
	"strings"

	"cobijo/knowledge/markdown"
)

// HTML renders a text for the web: paragraphs, lists and quotations. A link opens beside the page, for the chat on it is stored
// nowhere and would be lost; it tells the other site nothing.
func HTML(md string) template.HTML {
	var b strings.Builder
	for _, block := range parse(md) {
		switch block.Kind {
		case markdown.Numbered:
			b.WriteString("<ol")
			if block.Start != 1 {
				b.WriteString(` start="` + strconv.Itoa(block.Start) + `"`)
			}
			b.WriteString(">")
			htmlLines(&b, block.Lines, "li")
			b.WriteString("</ol>")
		case markdown.Bullets:
			b.WriteString("<ul>")
			htmlLines(&b, block.Lines, "li")
			b.WriteString("</ul>")
		case markdown.Quote:
			b.WriteString("<blockquote>")
			htmlLines(&b, block.Lines, "p")
			b.WriteString("</blockquote>")
		default:
			htmlLines(&b, block.Lines, "p")
		}
		b.WriteByte('\n')
	}
	return template.HTML(b.String()) //nolint:gosec // every word went through html.EscapeString
}

func htmlLines(b *strings.Builder, lines []markdown.Line, tag string) {
	for _, line := range lines {
		b.WriteString("<" + tag + ">")
		tagged(b, line, "strong", "em", func(s markdown.Span) (string, string) {
			switch to := link(s, "https", "http", "tel", "mailto"); {
			case to == "":
				return "", ""
			case strings.HasPrefix(to, "http"):
				return `<a href="` + html.EscapeString(to) + `" target="_blank" rel="noopener noreferrer">`, "</a>"
			default:
				return `<a href="` + html.EscapeString(to) + `" rel="noopener noreferrer">`, "</a>"
			}
		})
		b.WriteString("</" + tag + ">")
	}
}

// TelegramHTML renders a text in the few tags that Telegram knows; lists become lines. Telegram makes links of telephone
// numbers and addresses by itself.
// https://core.telegram.org/bots/api#html-style
func TelegramHTML(md string) string {
	var b strings.Builder
	for n, block := range parse(md) {
		if n > 0 {
			b.WriteString("\n\n")
		}
		if block.Kind == markdown.Quote {
			b.WriteString("<blockquote>")
		}
		for i, line := range block.Lines {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(marker(block, i, "•"))
			tagged(&b, line, "b", "i", func(s markdown.Span) (string, string) {
				if to := link(s, "https", "http"); to != "" {
					return `<a href="` + html.EscapeString(to) + `">`, "</a>"
				}
				return "", ""
			})
		}
		if block.Kind == markdown.Quote {
			b.WriteString("</blockquote>")
		}
	}
	return b.String()
}
