package slack

import (
	"strconv"
	"strings"

	api "github.com/slack-go/slack"

	"cobijo/bot/render"
)

// message is what is said: blocks, and a text for notifications, screen readers and whoever shows no blocks. Both are Slack's markup.
type message struct {
	Text   string     `json:"text"`
	Blocks api.Blocks `json:"blocks"`
}

// sheet is what a message is written on. Whatever is put on it, its parts stay within Slack's limits.
type sheet struct {
	blocks []api.Block
	n      int // of the elements that can be pressed
}

// plain makes a plain text, cut to most units; it is never empty, since Slack takes no empty text.
func plain(s string, most int) *api.TextBlockObject {
	if s = strings.TrimSpace(s); s == "" {
		s = "–"
	}
	return api.NewTextBlockObject(api.PlainTextType, clip(s, most), true, false)
}

// markup makes a text of Slack's markup. Nothing in it becomes a mention or a link but what is written as one.
func markup(s string, most int) *api.TextBlockObject {
	if s = strings.TrimSpace(s); s == "" {
		s = "–"
	}
	return api.NewTextBlockObject(api.MarkdownType, clipMarkup(s, most), false, true)
}

// escape makes anybody's words safe within markup: they name no channel, no person and nobody at once. Lines stay lines.
func escape(s string) string {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n")
	for i, l := range lines {
		lines[i] = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(render.Literal(l))
	}
	return strings.Join(lines, "\n")
}

// person writes a mention of a user or a user group by its id; words that are no id are only shown.
func person(id string) string {
	switch {
	case !isID(id):
		return escape(id)
	case id[0] == 'S':
		return "<!subteam^" + id + ">"
	}
	return "<@" + id + ">"
}

// isID tells whether s is an id of Slack's.
func isID(s string) bool {
	return len(s) >= 2 && len(s) <= 32 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == "" && strings.ContainsRune("UWSCGD", rune(s[0]))
}

// channelLink writes a mention of a channel.
func channelLink(id string) string {
	if !isID(id) {
		return escape(id)
	}
	return "<#" + id + ">"
}

// webLink writes a link that ends where it ends.
func webLink(to, label string) string {
	to = strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C", " ", "%20").Replace(render.Literal(to))
	return "<" + to + "|" + escape(label) + ">"
}

// add puts a block on the sheet.
func (s *sheet) add(b api.Block) { s.blocks = append(s.blocks, b) }

func (s *sheet) header(text string) {
	s.add(api.NewHeaderBlock(plain(text, maxHeader)))
}

// section says something, in several blocks where it is long.
func (s *sheet) section(text string) {
	for _, part := range split(text, maxSection) {
		s.add(api.NewSectionBlock(markup(part, maxSection), nil, nil))
	}
}

// row says something with something to press beside it.
func (s *sheet) row(text string, beside api.BlockElement) {
	s.add(api.NewSectionBlock(markup(text, maxSection), nil, api.NewAccessory(beside)))
}

// fields puts texts in two columns.
func (s *sheet) fields(texts ...string) {
	for len(texts) > 0 {
		n := min(len(texts), maxFields)
		var fields []*api.TextBlockObject
		for _, t := range texts[:n] {
			fields = append(fields, markup(t, maxField))
		}
		s.add(api.NewSectionBlock(nil, fields, nil))
		texts = texts[n:]
	}
}

// note says something in small letters.
func (s *sheet) note(text string) {
	for _, part := range split(text, maxContext) {
		s.add(api.NewContextBlock("", markup(part, maxContext)))
	}
}

func (s *sheet) divider() { s.add(api.NewDividerBlock()) }

// press puts elements that can be pressed in a row, or several where there are many.
func (s *sheet) press(elements ...api.BlockElement) {
	for len(elements) > 0 {
		n := min(len(elements), maxElements)
		s.add(api.NewActionBlock("", elements[:n]...))
		elements = elements[n:]
	}
}

// id gives an act's action_id, which no other element of the message has.
func (s *sheet) id(act string) string {
	s.n++
	return act + "#" + strconv.Itoa(s.n)
}

func (s *sheet) button(act, label string, args ...string) *api.ButtonBlockElement {
	return api.NewButtonBlockElement(s.id(act), value(args...), plain(label, maxLabel))
}

// choice is an option of a menu; its value is a button's, in fewer characters.
func choice(val, label string) *api.OptionBlockObject {
	if units(val) > maxOptionValue {
		val = valueVersion
	}
	return api.NewOptionBlockObject(val, plain(label, maxLabel), nil)
}

// menu lets one of several be chosen.
func (s *sheet) menu(act, placeholder string, options ...*api.OptionBlockObject) *api.SelectBlockElement {
	return api.NewOptionsSelectBlockElement(api.OptTypeStatic, plain(placeholder, maxPlaceholder), s.id(act), options[:min(len(options), maxOptions)]...)
}

// confirm asks before something is done.
func confirm(title, text, yes, no string) *api.ConfirmationBlockObject {
	return api.NewConfirmationBlockObject(plain(title, 100), plain(text, 300), plain(yes, 30), plain(no, 30))
}

// messages are what stands on the sheet, in as many messages as it takes.
func (s *sheet) messages() []*message {
	var all []*message
	var now []api.Block
	size := 0
	flush := func() {
		if len(now) > 0 {
			all = append(all, &message{Text: fallback(now), Blocks: api.Blocks{BlockSet: now}})
		}
		now, size = nil, 0
	}
	for _, b := range s.blocks {
		n := weight(b)
		if len(now) == maxBlocks || len(now) > 0 && size+n > maxMessage {
			flush()
		}
		now, size = append(now, b), size+n
	}
	flush()
	return all
}

// message is what stands on the sheet in one message: what does not fit is left out.
func (s *sheet) message() *message {
	all := s.messages()
	if len(all) == 0 {
		return &message{Text: "–"}
	}
	return all[0]
}

// view gives the blocks for a modal or the App Home.
func (s *sheet) view() api.Blocks {
	return api.Blocks{BlockSet: s.blocks[:min(len(s.blocks), maxViewBlocks)]}
}

// fallback is what blocks say, for whoever does not see them.
func fallback(blocks []api.Block) string {
	var said []string
	for _, b := range blocks {
		said = append(said, texts(b)...)
	}
	text := clipMarkup(strings.Join(said, "\n"), maxFallback)
	if text == "" {
		return "–"
	}
	return text
}

// texts gives what a block says, as markup.
func texts(b api.Block) []string {
	var all []string
	add := func(t *api.TextBlockObject) {
		switch {
		case t == nil:
		case t.Type == api.PlainTextType:
			all = append(all, escape(t.Text))
		default:
			all = append(all, t.Text)
		}
	}
	switch b := b.(type) {
	case *api.HeaderBlock:
		add(b.Text)
	case *api.SectionBlock:
		add(b.Text)
		for _, f := range b.Fields {
			add(f)
		}
	case *api.ContextBlock:
		for _, e := range b.ContextElements.Elements {
			if t, ok := e.(*api.TextBlockObject); ok {
				add(t)
			}
		}
	}
	return all
}

// weight is how much of a message a block takes: all that is read or pressed.
func weight(b api.Block) int {
	n := 0
	for _, t := range texts(b) {
		n += units(t)
	}
	element := func(e api.BlockElement) {
		switch e := e.(type) {
		case *api.ButtonBlockElement:
			n += units(e.Text.Text) + units(e.Value)
		case *api.SelectBlockElement:
			for _, o := range e.Options {
				n += units(o.Text.Text) + units(o.Value)
			}
		case *api.OverflowBlockElement:
			for _, o := range e.Options {
				n += units(o.Text.Text) + units(o.Value)
			}
		}
	}
	switch b := b.(type) {
	case *api.ActionBlock:
		for _, e := range b.Elements.ElementSet {
			element(e)
		}
	case *api.SectionBlock:
		if b.Accessory != nil {
			switch {
			case b.Accessory.ButtonElement != nil:
				element(b.Accessory.ButtonElement)
			case b.Accessory.OverflowElement != nil:
				element(b.Accessory.OverflowElement)
			case b.Accessory.SelectElement != nil:
				element(b.Accessory.SelectElement)
			}
		}
	}
	return n
}
