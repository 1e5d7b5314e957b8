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

// slackLine renders a line, one run of a style after the other: a mark counts only where it stands at a word's edge and beside no
// other mark.
func slackLine(b *strings.Builder, line markdown.Line) {
	before := ' ' // the last character that was written
	for len(line) > 0 {
		n := 1
		for n < len(line) && line[n].Bold == line[0].Bold && line[n].Italic == line[0].Italic {
			n++
		}
		run := slackRun(line[:n])
		inner := strings.TrimFunc(run, unicode.IsSpace)
		open, shut := "", ""
		if line[0].Bold {
			open, shut = open+"*", "*"+shut
		}
		if line[0].Italic {
			open, shut = open+"_", "_"+shut
		}
		line = line[n:]
		if inner == "" || open == "" {
			if first, _ := utf8.DecodeRuneInString(run); before == marked && !unicode.IsSpace(first) && !unicode.IsPunct(first) {
				b.WriteString(noWidth)
			}
			b.WriteString(run)
			if last, size := utf8.DecodeLastRuneInString(run); size > 0 {
				before = last
			}
			continue
		}
		lead, trail, _ := strings.Cut(run, inner)
		if lead == "" && (before == marked || unicode.IsLetter(before) || unicode.IsNumber(before)) {
			b.WriteString(noWidth)
		}
		b.WriteString(lead + open + inner + shut + trail)
		before = ' '
		if trail == "" {
			before = marked
		}
	}
}

const (
	marked  = '\u0000' // stands for the mark that ended a run; no text has it
	noWidth = "\u200b" // parts a mark from what it touches, and is not seen
)

// slackRun renders spans without their style.
func slackRun(spans markdown.Line) string {
	var b strings.Builder
	for _, s := range spans {
		text := slackEscape(clean(s.Text))
		if to := link(s, "https", "http", "mailto"); leads(to) && text != "" {
			text = "<" + slackURL(to) + "|" + text + ">"
		}
		b.WriteString(text)
	}
	return b.String()
}

// leads tells whether an address has a host or a mailbox: "http:x" parses, and leads nowhere.
func leads(to string) bool {
	return strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://") || strings.HasPrefix(to, "mailto:")
}

// slackEscape escapes the three characters that Slack gives a meaning to.
func slackEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// slackURL writes an address so that it ends where it ends.
func slackURL(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C", " ", "%20").Replace(s)
}
