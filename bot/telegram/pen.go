package telegram

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"cobijo/bot/dialogue"
	"cobijo/bot/render"
	"cobijo/locales"
)

// pen writes replies as parameters of the Bot API. The same reply to another chat differs in nothing but the chat, so that what was
// written once is kept. A text with a day that somebody named is not.
type pen struct {
	texts *locales.Catalog

	mu    sync.RWMutex
	known map[string]*written
	bytes int
}

// written is a reply as parameters, without what names the chat: `"text":…,…}`. A long one has several parts.
type written struct {
	choices []dialogue.Choice
	parts   [][]byte
}

// maxKnown is how many bytes of written replies are kept.
const maxKnown = 16 << 20

func newPen(texts *locales.Catalog) *pen {
	return &pen{texts: texts, known: map[string]*written{}}
}

// write gives a reply's parameters.
func (p *pen) write(r dialogue.Reply) [][]byte {
	p.mu.RLock()
	w := p.known[r.Text]
	p.mu.RUnlock()
	if w != nil && slices.Equal(w.choices, r.Choices) {
		return w.parts
	}
	w = &written{choices: slices.Clone(r.Choices)}
	parts := split(r.Text)
	for i, html := range parts {
		var keys []dialogue.Choice
		if i == len(parts)-1 {
			keys = r.Choices
		}
		w.parts = append(w.parts, params(html, keys))
	}
	if strings.Contains(r.Text, p.texts.Text(r.Lang, "date_not_kept")) {
		return w.parts
	}
	n := len(r.Text)
	for _, part := range w.parts {
		n += len(part)
	}
	p.mu.Lock()
	if p.bytes+n > maxKnown { // rare: all that can be said is less
		clear(p.known)
		p.bytes = 0
	}
	p.known[r.Text] = w
	p.bytes += n
	p.mu.Unlock()
	return w.parts
}

// params are a message's text and keys.
func params(html string, choices []dialogue.Choice) []byte {
	b := make([]byte, 0, len(html)+len(html)/8+64*len(choices)+128)
	b = append(b, `"text":`...)
	b = appendJSON(b, html)
	b = append(b, `,"parse_mode":"HTML","link_preview_options":{"is_disabled":true}`...)
	if rows := keyboard(choices); len(rows) > 0 {
		b = append(b, `,"reply_markup":{"inline_keyboard":[`...)
		for i, row := range rows {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, '[')
			for j, c := range row {
				if j > 0 {
					b = append(b, ',')
				}
				b = append(b, `{"text":`...)
				b = appendJSON(b, c.Label)
				if to, ok := strings.CutPrefix(c.ID, linkChoice); ok {
					b = append(b, `,"url":`...)
					b = appendJSON(b, to)
				} else {
					b = append(b, `,"callback_data":`...)
					b = appendJSON(b, buttonVersion+c.ID)
				}
				b = append(b, '}')
			}
			b = append(b, ']')
		}
		b = append(b, `]}`...)
	}
	return append(b, '}')
}

// linkChoice begins the id of a choice that opens an address.
const linkChoice = "url:"

// What a row of keys holds on a small screen.
const (
	rowRunes = 30
	rowKeys  = 3
	maxKeys  = 100 // of a message
	maxData  = 64  // bytes that a key bears
)

// keyboard lays choices out in rows. What Telegram would not take is left out: the rest can be pressed.
func keyboard(choices []dialogue.Choice) [][]dialogue.Choice {
	var rows [][]dialogue.Choice
	width, n := 0, 0
	for _, c := range choices {
		if c.Label == "" || n == maxKeys || len(buttonVersion)+len(c.ID) > maxData && !strings.HasPrefix(c.ID, linkChoice) {
			continue
		}
		n++
		w := utf8.RuneCountInString(c.Label) + 4
		if last := len(rows) - 1; last >= 0 && len(rows[last]) < rowKeys && width+w <= rowRunes+4*len(rows[last]) {
			rows[last] = append(rows[last], c)
			width += w
			continue
		}
		rows = append(rows, []dialogue.Choice{c})
		width = w
	}
	return rows
}

const hexDigits = "0123456789abcdef"

// appendJSON appends a text as JSON.
func appendJSON(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(b, "\uFFFD"...)
			} else {
				b = append(b, s[i:i+n]...)
			}
			i += n
			continue
		}
		i++
	}
	return append(b, '"')
}

// maxUnits is how long a message may be, in UTF-16 units after the tags are read. Telegram's limit is 4096; whether it counts
// units or characters is told in two ways, and units are never fewer.
// https://core.telegram.org/bots/api#sendmessage
const maxUnits = 4096

// split renders a text as HTML in as many messages as it takes, each a whole number of paragraphs where one fits.
func split(md string) []string {
	html := render.TelegramHTML(md)
	if len(html) <= maxUnits || units(html) <= maxUnits {
		return []string{html}
	}
	var parts []string
	now := ""
	for para := range strings.SplitSeq(md, "\n\n") {
		with := para
		if now != "" {
			with = now + "\n\n" + para
		}
		if units(render.TelegramHTML(with)) <= maxUnits {
			now = with
			continue
		}
		if now != "" {
			parts = append(parts, render.TelegramHTML(now))
		}
		now = para
		if units(render.TelegramHTML(para)) > maxUnits {
			// No reviewed paragraph is so long. It loses its styles, not a word.
			pieces := cut(render.Plain(para, 0))
			for _, piece := range pieces[:len(pieces)-1] {
				parts = append(parts, escape(piece))
			}
			parts, now = append(parts, escape(pieces[len(pieces)-1])), ""
		}
	}
	if now != "" {
		parts = append(parts, render.TelegramHTML(now))
	}
	return parts
}

// cut cuts a text at spaces into pieces that fit; a word that does not is cut between two characters.
func cut(s string) []string {
	var pieces []string
	for {
		n, space, at := 0, -1, len(s)
		for i, c := range s {
			n++
			if c > 0xFFFF {
				n++
			}
			if n > maxUnits {
				at = i
				break
			}
			if c == ' ' || c == '\n' {
				space = i
			}
		}
		if at == len(s) {
			return append(pieces, s)
		}
		if space > 0 {
			at = space
		}
		pieces = append(pieces, strings.TrimRight(s[:at], " \n"))
		s = strings.TrimLeft(s[at:], " \n")
	}
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

// units counts the UTF-16 units that a reader sees: tags are none, an entity is one.
func units(html string) int {
	n, tag, name := 0, false, false
	for _, c := range html {
		switch {
		case c == '<':
			tag = true
			continue
		case c == '>' && tag:
			tag = false
			continue
		case tag:
			continue
		case c == '&':
			name = true
		case c == ';' && name:
			name = false
			continue
		case name:
			continue
		}
		n++
		if c > 0xFFFF {
			n++
		}
	}
	return n
}
