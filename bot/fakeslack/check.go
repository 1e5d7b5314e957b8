package fakeslack

import (
	"fmt"
	"slices"
	"unicode/utf16"
)

// Slack's documented limits. What a character is, it does not say: UTF-16 units are never fewer than what anybody would count.
// https://docs.slack.dev/reference/block-kit/blocks
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
	// maxSaid is of all that a message's blocks say. It is documented nowhere; messages beyond about this were refused.
	maxSaid = 12000
)

// units counts a text's UTF-16 units.
func units(s string) int { return len(utf16.Encode([]rune(s))) }

// checker looks at blocks as Slack does, and keeps what it finds wrong.
type checker struct {
	faults  []string
	blocks  map[string]bool // block_ids seen
	actions map[string]bool // action_ids seen in this block
	surface string          // "message", "modal", "home"
	focus   int
	said    int
	inputs  int
	url     bool // options may have an address: those of an overflow menu
}

func (c *checker) fault(at, format string, args ...any) {
	c.faults = append(c.faults, "[ERROR] "+fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

// CheckBlocks looks at the blocks of a message ("message"), a modal ("modal") or an App Home ("home"), and gives what Slack would
// find wrong with them.
func CheckBlocks(surface string, blocks any) []string {
	c := &checker{surface: surface, blocks: map[string]bool{}}
	c.list(blocks)
	return c.faults
}

func (c *checker) list(blocks any) {
	list, ok := blocks.([]any)
	most := maxViewBlocks
	if c.surface == "message" {
		most = maxMessageBlocks
	}
	switch {
	case !ok:
		c.fault("/blocks", "must provide an array")
	case len(list) > most:
		c.fault("/blocks", "no more than %d items allowed", most)
	}
	for i, b := range list {
		c.actions = map[string]bool{}
		c.object(fmt.Sprintf("/blocks/%d", i), b, blockShapes(), "block")
	}
	if c.focus > 1 {
		c.fault("/blocks", "only one element may have focus_on_load")
	}
}

// object checks an object of one of several types by the shape of its type.
func (c *checker) object(at string, v any, shapes map[string]shape, what string, only ...string) {
	o, ok := v.(map[string]any)
	if !ok {
		c.fault(at, "must be an object")
		return
	}
	kind := str(o, "type")
	sh, known := shapes[kind]
	switch {
	case !known:
		c.fault(at+"/type", "unsupported type of %s: %q", what, kind)
		return
	case len(only) > 0 && !slices.Contains(only, kind):
		c.fault(at+"/type", "a %s cannot stand here", kind)
		return
	case len(sh.on) > 0 && !slices.Contains(sh.on, c.surface):
		c.fault(at+"/type", "a %s cannot stand in a %s", kind, c.surface)
	}
	c.shape(at, o, sh)
}

// shape checks an object's fields.
func (c *checker) shape(at string, o map[string]any, sh shape) {
	for _, key := range sh.required {
		if _, ok := o[key]; !ok {
			c.fault(at, "missing required field: %s", key)
		}
	}
	for key, v := range o {
		f, ok := sh.fields[key]
		switch {
		case key == "type" && sh.typed:
		case !ok:
			c.fault(at, "invalid additional property: %s", key)
		default:
			f(c, at+"/"+key, v)
		}
	}
	if sh.also != nil {
		sh.also(c, at, o)
	}
}

// checkMessage refuses the blocks of a message that Slack would refuse.
func checkMessage(list []any) *apiError {
	c := &checker{surface: "message", blocks: map[string]bool{}}
	c.list(list)
	if len(c.faults) > 0 {
		slices.Sort(c.faults)
		return refuse("invalid_blocks", c.faults...)
	}
	if c.said > maxSaid {
		return refuse("msg_blocks_too_long", fmt.Sprintf("%d characters", c.said))
	}
	return nil
}

// checkView refuses a view that Slack would refuse.
func checkView(content map[string]any, kind string) *apiError {
	c := &checker{surface: kind, blocks: map[string]bool{}}
	if len(mustJSON(content)) > maxView {
		return refuse("view_too_large")
	}
	if content["type"] != kind {
		c.fault("/type", "must be %q", kind)
	}
	c.list(content["blocks"])
	if kind == "modal" {
		c.shape("", content, shape{typed: true, required: []string{"title", "blocks"}, fields: map[string]field{
			"title": plain(24), "submit": plain(24), "close": plain(24), "blocks": anything, "private_metadata": text(0, 3000),
			"callback_id": text(0, 255), "external_id": text(0, 255), "clear_on_close": boolean, "notify_on_close": boolean, "submit_disabled": boolean,
		}})
		if c.inputs > 0 && content["submit"] == nil {
			c.fault("/submit", "a modal with inputs must have a submit button")
		}
	} else {
		c.shape("", content, shape{typed: true, required: []string{"blocks"}, fields: map[string]field{
			"blocks": anything, "private_metadata": text(0, 3000), "callback_id": text(0, 255), "external_id": text(0, 255),
		}})
	}
	if len(c.faults) > 0 {
		slices.Sort(c.faults)
		return refuse("invalid_arguments", c.faults...)
	}
	return nil
}
