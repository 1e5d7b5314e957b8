package fakeslack

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Show draws blocks, a message or a view with plain characters, much as a person sees it: for recordings and golden files. It takes
// JSON, or whatever becomes JSON: a list of blocks, or an object with "blocks".
func Show(v any) string { return (&painter{}).paint(v) }

// Show draws a message with people's and channels' names in it.
func (s *Server) Show(m Message) string {
	if m.Blocks == nil {
		return s.painter().markup(m.Text)
	}
	return s.painter().paint(m.Blocks)
}

// ShowView draws a modal or an App Home, with what the app said against what was filled in.
func (s *Server) ShowView(v View) string {
	p := s.painter()
	p.errors = v.Errors
	return p.paint(v.Content)
}

func (s *Server) painter() *painter { return &painter{name: s.nameOf} }

// nameOf finds what a person, a group or a channel is called; "" where there is none.
func (s *Server) nameOf(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.personOf[id]; p != nil {
		return "@" + p.Name
	}
	if c := s.channelOf[id]; c != nil {
		return "#" + c.Name
	}
	for _, g := range s.groups {
		if g.ID == id {
			return "@" + g.Handle
		}
	}
	return ""
}

// painter draws blocks.
type painter struct {
	name   func(id string) string // nil: ids stay
	errors map[string]string      // by block_id
}

func (p *painter) paint(v any) string {
	b, ok := v.(json.RawMessage)
	if !ok {
		var err error
		if b, err = json.Marshal(v); err != nil {
			return fmt.Sprintf("(cannot be drawn: %v)", err)
		}
	}
	var x any
	if err := json.Unmarshal(b, &x); err != nil {
		return fmt.Sprintf("(cannot be drawn: %v)", err)
	}
	o, ok := x.(map[string]any)
	if !ok {
		return strings.Join(p.blocks(objects(x)), "\n")
	}
	lines := p.blocks(objects(o["blocks"]))
	if o["blocks"] == nil {
		lines = strings.Split(p.markup(str(o, "text")), "\n")
	}
	if str(o, "type") == "modal" {
		return p.frame(o, lines)
	}
	return strings.Join(lines, "\n")
}

const width = 72

// frame draws a modal's frame.
func (p *painter) frame(o map[string]any, lines []string) string {
	title := textOf(o["title"])
	var b strings.Builder
	b.WriteString("┌─ " + title + " " + strings.Repeat("─", max(3, width-4-utf8.RuneCountInString(title))) + "\n")
	for _, l := range lines {
		b.WriteString(strings.TrimRight("│ "+l, " ") + "\n")
	}
	var keys []string
	for _, k := range []string{"close", "submit"} {
		if t := textOf(o[k]); t != "" {
			keys = append(keys, "["+t+"]")
		}
	}
	b.WriteString("└─ " + strings.Join(keys, " "))
	return strings.TrimRight(b.String(), " ")
}

func (p *painter) blocks(blocks []map[string]any) []string {
	var lines []string
	for i, b := range blocks {
		if i > 0 && str(b, "type") != "context" && str(b, "type") != "divider" && str(blocks[i-1], "type") != "divider" {
			lines = append(lines, "")
		}
		lines = append(lines, strings.Split(p.block(b), "\n")...)
	}
	return lines
}

func (p *painter) block(b map[string]any) string {
	switch str(b, "type") {
	case "header":
		return "# " + textOf(b["text"])
	case "divider":
		return strings.Repeat("─", width)
	case "section":
		return p.section(b)
	case "context":
		var parts []string
		for _, e := range objects(b["elements"]) {
			if e["type"] == "image" {
				parts = append(parts, "("+str(e, "alt_text")+")")
			} else {
				parts = append(parts, p.text(e))
			}
		}
		return "· " + strings.ReplaceAll(strings.Join(parts, "  "), "\n", "\n  ")
	case "actions":
		var parts []string
		for _, e := range objects(b["elements"]) {
			parts = append(parts, p.element(e))
		}
		return strings.Join(parts, " ")
	case "input":
		return p.input(b)
	case "markdown":
		return str(b, "text")
	case "image":
		return "(" + str(b, "alt_text") + ")"
	}
	return "(" + str(b, "type") + ")"
}

func (p *painter) section(b map[string]any) string {
	var parts []string
	if b["text"] != nil {
		parts = append(parts, p.text(b["text"]))
	}
	fields := objects(b["fields"])
	for i := 0; i < len(fields); i += 2 {
		left, right := strings.Split(p.text(fields[i]), "\n"), []string(nil)
		if i+1 < len(fields) {
			right = strings.Split(p.text(fields[i+1]), "\n")
		}
		for j := range max(len(left), len(right)) {
			l, r := "", ""
			if j < len(left) {
				l = left[j]
			}
			if j < len(right) {
				r = right[j]
			}
			parts = append(parts, strings.TrimRight(fmt.Sprintf("%-*s %s", width/2, l, r), " "))
		}
	}
	if e, ok := b["accessory"].(map[string]any); ok {
		parts = append(parts, "    "+strings.ReplaceAll(p.element(e), "\n", "\n    "))
	}
	return strings.Join(parts, "\n")
}
