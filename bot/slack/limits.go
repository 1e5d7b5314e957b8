package slack

import (
	"strings"
	"unicode/utf8"
)

// Slack's limits, in characters. What it counts is not said; UTF-16 units are never fewer than what anybody would count.
// https://docs.slack.dev/reference/block-kit/blocks
const (
	maxBlocks      = 50
	maxViewBlocks  = 100
	maxSection     = 3000
	maxContext     = 3000
	maxHeader      = 150
	maxLabel       = 75 // of a button and of an option
	maxElements    = 25
	maxFields      = 10
	maxField       = 2000
	maxOptions     = 100
	maxOptionValue = 150
	maxTitle       = 24 // of a modal, its submit and its close
	maxHint        = 2000
	maxPlaceholder = 150
	maxPrivate     = 3000
	maxMessage     = 10000 // of all that a message says: beyond about 12,000 Slack refuses it, and documents nothing
	maxFallback    = 1500
)

// units counts UTF-16 units.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// clip cuts a plain text to at most so many units.
func clip(s string, most int) string {
	if units(s) <= most {
		return s
	}
	n := 0
	for i, r := range s {
		size := 1
		if r > 0xFFFF {
			size = 2
		}
		if n+size > most-1 {
			return strings.TrimRight(s[:i], " ,;:(") + "…"
		}
		n += size
	}
	return s
}

// cut finds where a text in Slack's markup may be cut so that at most so many units stand before: at a paragraph, a line, a word,
// and never within an escaped character or a link.
func cut(s string, most int) int {
	end, n := len(s), 0
	for i, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
		if n > most {
			end = i
			break
		}
	}
	if end == len(s) {
		return end
	}
	head := s[:end]
	if i := strings.LastIndexByte(head, '<'); i >= 0 && !strings.Contains(head[i:], ">") {
		head = head[:i]
	}
	if i := strings.LastIndexByte(head, '&'); i >= 0 && !strings.Contains(head[i:], ";") && len(head)-i <= len("&amp;") {
		head = head[:i]
	}
	for _, at := range []string{"\n\n", "\n", ". ", " "} {
		if i := strings.LastIndex(head, at); i > len(head)/2 && balanced(head[:i]) {
			return i + len(strings.TrimRight(at, " \n"))
		}
	}
	if head == "" { // a link that is longer than all that fits: it is cut, for nothing else can be done
		_, size := utf8.DecodeRuneInString(s)
		return max(size, end)
	}
	return len(head)
}

// balanced tells whether no link is left open at the end.
func balanced(s string) bool {
	i := strings.LastIndexByte(s, '<')
	return i < 0 || strings.Contains(s[i:], ">")
}

// split parts a text in Slack's markup into parts of at most so many units.
func split(s string, most int) []string {
	var parts []string
	for s = strings.TrimSpace(s); s != ""; {
		n := cut(s, most)
		if part := strings.TrimSpace(s[:n]); part != "" {
			parts = append(parts, part)
		}
		s = strings.TrimSpace(s[n:])
	}
	return parts
}

// clipMarkup cuts a text in Slack's markup to at most so many units.
func clipMarkup(s string, most int) string {
	if units(s) <= most {
		return s
	}
	return strings.TrimRight(s[:cut(s, most-1)], " \n") + "…"
}
