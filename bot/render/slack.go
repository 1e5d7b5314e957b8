package render

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"cobijo/knowledge/markdown"
)

// SlackMrkdwn renders a text in Slack's own markup; lists become lines. Since <, > and & are escaped everywhere, no text can name a
// channel, a person or everybody (<!channel>).
// https://docs.slack.dev/messaging/formatting-message-text
func SlackMrkdwn(md string) string {
	var b strings.Builder
	for n, block := range parse(md) {
		if n > 0 {
			b.WriteString("\n\n")
		}
		for i, line := range block.Lines {
			if i > 0 {
				b.WriteByte('\n')
			}
			if block.Kind == markdown.Quote {
				b.WriteString("> ")
			}
			b.WriteString(marker(block, i, "•"))
			slackLine(&b, line)
		}
	}
	return b.String()
}

func slackLine(b *strings.Builder, line markdown.Line) {
	for i, s := range line {
		before, after := ' ', ' '
		if i > 0 {
			before, _ = utf8.DecodeLastRuneInString(line[i-1].Text)
		}
		if i+1 < len(line) {
			after, _ = utf8.DecodeRuneInString(line[i+1].Text)
		}
		text := clean(s.Text)
		inner := strings.TrimFunc(text, unicode.IsSpace)
		if inner == "" {
			b.WriteString(slackEscape(text))
			continue
		}
		lead, trail, _ := strings.Cut(text, inner)
		open, shut := "", ""
		if s.Bold {
			open, shut = open+"*", "*"+shut
		}
		if s.Italic {
			open, shut = open+"_", "_"+shut
		}
		b.WriteString(lead)
		// A mark within a word is no mark, unless something that is no letter stands between; this has no width.
		if open != "" && lead == "" && inWord(before) {
			b.WriteString(noWidth)
		}
		b.WriteString(open)
		if to := link(s, "https", "http", "mailto"); strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
			b.WriteString("<" + slackURL(to) + "|" + slackEscape(inner) + ">")
		} else {
			b.WriteString(slackEscape(inner))
		}
		b.WriteString(shut)
		if shut != "" && trail == "" && inWord(after) {
			b.WriteString(noWidth)
		}
		b.WriteString(trail)
	}
}

const noWidth = "\u200b"

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// slackEscape escapes the three characters that Slack gives a meaning to.
func slackEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// slackURL writes an address so that it ends where it ends.
func slackURL(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C", " ", "%20").Replace(s)
}
