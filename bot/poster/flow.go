package poster

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"cobijo/knowledge/markdown"
)

// The typeface's own measures, of the size of its letters.
const (
	ascent    = 0.95
	descent   = 0.22
	capHeight = 0.72
)

// piece is a run of letters of one weight.
type piece struct {
	text string
	bold bool
}

// word is what is not broken between two lines, as long as it fits on one.
type word []piece

// row is a line of words that fits.
type row []word

// words splits a line of an entry at its spaces; bold makes all of it bold.
func words(line markdown.Line, bold bool) []word {
	var all []word
	var current word
	for _, s := range line {
		for _, part := range strings.FieldsFunc(spaced(printed(s)), func(r rune) bool { return r == '\x00' }) {
			if part == " " {
				if len(current) > 0 {
					all, current = append(all, current), nil
				}
				continue
			}
			current = append(current, piece{part, bold || s.Bold})
		}
	}
	if len(current) > 0 {
		all = append(all, current)
	}
	return all
}

// spaced puts NULs round each run of spaces, which becomes one.
func spaced(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range s {
		if unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f' {
			gap = true
			continue
		}
		if gap {
			b.WriteString("\x00 \x00")
			gap = false
		}
		switch {
		case r == '\u00a0' || r == '\u202f':
			b.WriteByte(' ') // does not break: it stays within its word
		case !unicode.IsControl(r):
			b.WriteRune(r)
		}
	}
	if gap {
		b.WriteString("\x00 \x00")
	}
	return b.String()
}

// printed is a span as paper shows it: nobody can press a link, so its address stands behind it unless its text is the address.
func printed(s markdown.Span) string {
	if address := bareURL(s.URL); address != "" && !strings.HasPrefix(s.URL, "tel:") && !strings.HasPrefix(address, strings.TrimSpace(s.Text)) {
		return s.Text + " (" + address + ")"
	}
	return s.Text
}

// bareURL is an address as people type it.
func bareURL(url string) string {
	for _, scheme := range []string{"https://", "http://", "mailto:"} {
		url = strings.TrimPrefix(url, scheme)
	}
	return strings.TrimSuffix(strings.TrimPrefix(url, "www."), "/")
}

// plainWords splits a text without markup.
func plainWords(s string, bold bool) []word {
	return words(markdown.Line{{Text: s}}, bold)
}

func (p *Page) wordWidth(w word, size float64) float64 {
	sum := 0.0
	for _, pc := range w {
		sum += p.width(pc.text, size, pc.bold)
	}
	return sum
}

// wrap breaks words into rows of up to width millimetres. A word that is wider than a row (an address) is broken where it must be.
func (p *Page) wrap(ws []word, size, width float64) []row {
	var rows []row
	var current row
	at := 0.0
	space := max(p.width(" ", size, false), p.width(" ", size, true))
	for _, w := range ws {
		for _, part := range p.cut(w, size, width) {
			n := p.wordWidth(part, size)
			if len(current) > 0 && at+space+n > width {
				rows, current, at = append(rows, current), nil, 0
			}
			if len(current) > 0 {
				at += space
			}
			current = append(current, part)
			at += n
		}
	}
	if len(current) > 0 {
		rows = append(rows, current)
	}
	return rows
}

// cut breaks a word into parts of which each fits into a row, behind a slash, dot or hyphen where there is one.
func (p *Page) cut(w word, size, width float64) []word {
	if p.wordWidth(w, size) <= width {
		return []word{w}
	}
	var parts []word
	var part word
	at := 0.0
	flush := func() {
		if len(part) > 0 {
			parts, part, at = append(parts, part), nil, 0
		}
	}
	for _, pc := range w {
		rest := pc.text
		for rest != "" {
			end, good := 0, 0 // how much of rest fits, and up to where it is best broken
			n := at
			for i, r := range rest {
				n += p.width(string(r), size, pc.bold)
				if n > width {
					break
				}
				end = i + utf8.RuneLen(r)
				if strings.ContainsRune("/.-_@?&=", r) {
					good = end
				}
			}
			switch {
			case end == len(rest):
			case good > 0:
				end = good
			case len(part) > 0:
				flush()
				continue
			case end == 0: // not even one letter fits: no sheet is that narrow
				_, end = utf8.DecodeRuneInString(rest)
			}
			part = append(part, piece{rest[:end], pc.bold})
			at += p.width(rest[:end], size, pc.bold)
			if rest = rest[end:]; rest != "" {
				flush()
			}
		}
	}
	flush()
	return parts
}

// draw sets rows below y, each leading times as high as its letters, and gives where they end.
func (p *Page) draw(rows []row, x, y, size, leading float64) float64 {
	step := size * point * leading
	for _, r := range rows {
		line := y + (step+size*point*capHeight)/2
		at := x
		var run piece
		flush := func() {
			if run.text != "" {
				w := p.width(run.text, size, run.bold)
				p.ops = append(p.ops, op{box: box{x: at, y: line, w: w}, text: run.text, size: size, bold: run.bold})
				at += w
			}
		}
		for i, w := range r {
			for j, pc := range w {
				if i > 0 && j == 0 {
					run.text += " "
				}
				if pc.bold != run.bold {
					flush()
					run = piece{bold: pc.bold}
				}
				run.text += pc.text
			}
		}
		flush()
		y += step
	}
	return y
}

// height is what rows take.
func height(rows []row, size, leading float64) float64 {
	return float64(len(rows)) * size * point * leading
}

// text wraps and draws words below y and gives where they end.
func (p *Page) text(ws []word, x, y, width, size, leading float64) float64 {
	return p.draw(p.wrap(ws, size, width), x, y, size, leading)
}
