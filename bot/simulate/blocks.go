package simulate

import (
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"cobijo/bot/fakeslack"
)

// block is a block of Slack's as the page shows it.
type block struct {
	Kind     string // "header", "section", "context", "divider", "actions", "input"
	HTML     template.HTML
	Columns  []template.HTML
	Elements []element
	Label    string
	Hint     string
	Optional bool
	Error    string
}

// element is something to press or to fill in.
type element struct {
	Kind    string // "button", "menu", "many", "radio", "check", "area", "input"
	Name    string // of the field in the page's form
	Action  string // what pressing it is called
	Label   string
	Style   string
	URL     string
	Type    string // of an input: "text", "date", "time", "email", "url", "number"
	Value   string
	Options []option
	Needed  bool
	Sends   bool // choosing it does something: it has a key of its own
	Max     int
}

// option is one of those to choose from.
type option struct {
	Value, Text string
	On          bool
}

// drawer makes blocks for the page.
type drawer struct {
	s      *Server
	filled map[string]map[string]any
	errors map[string]string
}

func object(v any) map[string]any {
	o, _ := v.(map[string]any)
	return o
}

func objects(v any) []map[string]any {
	list, _ := v.([]any)
	var all []map[string]any
	for _, x := range list {
		if o := object(x); o != nil {
			all = append(all, o)
		}
	}
	return all
}

func text(o map[string]any, key string) string {
	s, _ := o[key].(string)
	return s
}

// blocks draws the blocks of a message or a view.
func (d *drawer) blocks(src json.RawMessage) []block {
	var v any
	if json.Unmarshal(src, &v) != nil {
		return nil
	}
	if o := object(v); o != nil {
		v = o["blocks"]
	}
	var all []block
	for i, b := range objects(v) {
		if text(b, "block_id") == "" {
			b["block_id"] = fmt.Sprintf("b%d", i) // as the fake calls it
		}
		all = append(all, d.block(b))
	}
	return all
}

func (d *drawer) words(v any) template.HTML {
	o := object(v)
	if text(o, "type") == "mrkdwn" {
		return slackHTML(text(o, "text"), d.s.Slack.Name)
	}
	return template.HTML(template.HTMLEscapeString(text(o, "text"))) //nolint:gosec // escaped
}

func (d *drawer) block(b map[string]any) block {
	v := block{Kind: text(b, "type")}
	switch v.Kind {
	case "header":
		v.HTML = d.words(b["text"])
	case "section":
		v.HTML = d.words(b["text"])
		for _, f := range objects(b["fields"]) {
			v.Columns = append(v.Columns, d.words(f))
		}
		if e := object(b["accessory"]); e != nil {
			v.Elements = append(v.Elements, d.element(b, e))
		}
	case "context":
		for _, e := range objects(b["elements"]) {
			if text(e, "type") == "image" {
				e = map[string]any{"text": text(e, "alt_text")}
			}
			v.Columns = append(v.Columns, d.words(e))
		}
	case "actions":
		for _, e := range objects(b["elements"]) {
			v.Elements = append(v.Elements, d.element(b, e))
		}
	case "input":
		v.Label, v.Hint, v.Error = text(object(b["label"]), "text"), text(object(b["hint"]), "text"), d.errors[text(b, "block_id")]
		v.Optional = b["optional"] == true
		e := d.element(b, object(b["element"]))
		e.Name, e.Needed, e.Sends = "f:"+text(b, "block_id"), !v.Optional, b["dispatch_action"] == true
		v.Elements = append(v.Elements, e)
	case "markdown":
		v.HTML = template.HTML(template.HTMLEscapeString(text(b, "text"))) //nolint:gosec // escaped
	}
	return v
}

// element draws an element of a block.
func (d *drawer) element(b, e map[string]any) element {
	kind := text(e, "type")
	action := text(e, "action_id")
	v := element{Action: action, Name: "v:" + action, Label: text(object(e["text"]), "text"), Style: text(e, "style"), URL: text(e, "url"), Sends: true}
	field := e
	if held := object(d.filled[text(b, "block_id")][action]); held != nil {
		field = held
	}
	chosen := fakeslack.Chosen(field)
	if v.Label == "" {
		v.Label = text(object(e["placeholder"]), "text")
	}
	switch kind {
	case "button", "workflow_button":
		v.Kind = "button"
		return v
	case "overflow":
		v.Kind, v.Label = "menu", "⋮"
		v.Options = d.options(e, nil)
		return v
	case "image":
		v.Kind, v.Label = "image", text(e, "alt_text")
		return v
	case "radio_buttons":
		v.Kind = "radio"
	case "checkboxes":
		v.Kind = "check"
	case "plain_text_input":
		v.Kind, v.Type = "input", "text"
		if e["multiline"] == true {
			v.Kind = "area"
		}
		if n, ok := e["max_length"].(float64); ok {
			v.Max = int(n)
		}
	default:
		v.Kind, v.Type = "menu", inputTypes[kind]
		if v.Type != "" {
			v.Kind = "input"
		} else if strings.HasPrefix(kind, "multi_") {
			v.Kind = "many"
		}
	}
	v.Value = strings.Join(chosen, ", ")
	v.Options = d.options(e, chosen)
	return v
}

// inputTypes are the browser's own fields for Slack's.
var inputTypes = map[string]string{
	"datepicker": "date", "timepicker": "time", "email_text_input": "email", "url_text_input": "url", "number_input": "number",
}

// options are what can be chosen: those of the element, or people or channels.
func (d *drawer) options(e map[string]any, chosen []string) []option {
	var all []option
	add := func(value, label string) { all = append(all, option{value, label, slices.Contains(chosen, value)}) }
	switch kind := text(e, "type"); {
	case strings.HasSuffix(kind, "users_select"):
		for _, p := range d.s.Slack.People() {
			add(p.ID, "@"+p.Name)
		}
	case strings.HasSuffix(kind, "conversations_select"), strings.HasSuffix(kind, "channels_select"):
		for _, c := range d.s.Slack.Channels() {
			add(c.ID, "#"+c.Name)
		}
	default:
		each := func(list any) {
			for _, o := range objects(list) {
				value := text(o, "value")
				if value == "" { // an option that only opens an address
					value = text(object(o["text"]), "text")
				}
				add(value, text(object(o["text"]), "text"))
			}
		}
		each(e["options"])
		for _, g := range objects(e["option_groups"]) {
			each(g["options"])
		}
	}
	return all
}
