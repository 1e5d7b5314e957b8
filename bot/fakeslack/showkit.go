package fakeslack

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

func (p *painter) input(b map[string]any) string {
	label := textOf(b["label"])
	if truth(b, "optional") {
		label += " (–)"
	}
	e, _ := b["element"].(map[string]any)
	drawn := label + "\n  " + strings.ReplaceAll(p.element(e), "\n", "\n  ")
	if h := textOf(b["hint"]); h != "" {
		drawn += "\n  " + h
	}
	if err := p.errors[str(b, "block_id")]; err != "" {
		drawn += "\n  ! " + err
	}
	return drawn
}

func (p *painter) element(e map[string]any) string {
	kind := str(e, "type")
	switch kind {
	case "button", "workflow_button":
		mark := map[string]string{"primary": "*", "danger": "!"}[str(e, "style")]
		drawn := "[" + mark + textOf(e["text"]) + mark + "]"
		if u := str(e, "url"); u != "" {
			drawn += "(" + u + ")"
		}
		return drawn
	case "image":
		return "(" + str(e, "alt_text") + ")"
	case "overflow":
		return "[⋮ " + strings.Join(optionTexts(e), " | ") + "]"
	case "checkboxes", "radio_buttons":
		return p.boxes(e, kind)
	}
	return "[" + p.holding(e) + "]"
}

// boxes draws options one a line, with those marked that are chosen at first.
func (p *painter) boxes(e map[string]any, kind string) string {
	on, off := "[x] ", "[ ] "
	if kind == "radio_buttons" {
		on, off = "(•) ", "( ) "
	}
	chosen := initialTexts(e)
	var lines []string
	for _, t := range optionTexts(e) {
		if slices.Contains(chosen, t) {
			lines = append(lines, on+t)
		} else {
			lines = append(lines, off+t)
		}
	}
	return strings.Join(lines, "\n")
}

// holding draws what a field or menu holds, or the words that stand there while it is empty.
func (p *painter) holding(e map[string]any) string {
	v := initial(e)
	held := strings.Join(initialTexts(e), ", ")
	switch x := v[holds(str(e, "type"))].(type) {
	case string:
		held = p.named(x)
	case []any:
		if held == "" {
			var all []string
			for _, i := range x {
				if s, ok := i.(string); ok {
					all = append(all, p.named(s))
				}
			}
			held = strings.Join(all, ", ")
		}
	}
	if held == "" {
		held = textOf(e["placeholder"])
	}
	if strings.HasSuffix(str(e, "type"), "select") {
		held += " ▾"
		if o := optionTexts(e); len(o) > 0 {
			held += " " + strings.Join(o, " | ")
		}
	} else if !strings.HasSuffix(str(e, "type"), "picker") {
		held += " ___"
	}
	return strings.TrimSpace(held)
}

func (p *painter) named(id string) string {
	if p.name != nil {
		if n := p.name(id); n != "" {
			return n
		}
	}
	return id
}

func optionTexts(e map[string]any) []string {
	var all []string
	for _, o := range options(e) {
		all = append(all, html.UnescapeString(textOf(o["text"])))
	}
	return all
}

func initialTexts(e map[string]any) []string {
	var all []string
	if o, ok := e["initial_option"].(map[string]any); ok {
		all = append(all, html.UnescapeString(textOf(o["text"])))
	}
	for _, o := range objects(e["initial_options"]) {
		all = append(all, html.UnescapeString(textOf(o["text"])))
	}
	return all
}

// text draws a text object.
func (p *painter) text(v any) string {
	o, _ := v.(map[string]any)
	if str(o, "type") == "mrkdwn" {
		return p.markup(str(o, "text"))
	}
	return str(o, "text")
}

var (
	angled  = regexp.MustCompile(`<([^<>]*)>`)
	special = map[byte]bool{'@': true, '#': true, '!': true}
)

// markup reads Slack's markup: links show where they lead, names stand for ids.
func (p *painter) markup(src string) string {
	out := angled.ReplaceAllStringFunc(src, func(m string) string {
		to, label, has := strings.Cut(m[1:len(m)-1], "|")
		switch {
		case to == "":
			return m
		case strings.HasPrefix(to, "!subteam^"):
			return p.mention("@", strings.TrimPrefix(to, "!subteam^"), label)
		case to[0] == '!':
			return "@" + strings.ToUpper(to[1:])
		case special[to[0]]:
			return p.mention(to[:1], to[1:], label)
		case has && label != to:
			return label + " ‹" + to + "›"
		}
		return to
	})
	return html.UnescapeString(out)
}

func (p *painter) mention(sign, id, label string) string {
	if p.name != nil {
		if n := p.name(id); n != "" {
			return n
		}
	}
	if label != "" {
		return sign + strings.TrimLeft(label, "@#")
	}
	return sign + id
}
