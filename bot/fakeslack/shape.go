package fakeslack

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"time"
)

// shape says what an object may have.
type shape struct {
	typed    bool // it has a "type"
	required []string
	fields   map[string]field
	on       []string // the surfaces where it may stand; none: all
	also     func(c *checker, at string, o map[string]any)
}

// field checks a field.
type field func(c *checker, at string, v any)

func anything(*checker, string, any) {}

func boolean(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.fault(at, "must be true or false")
	}
}

// text is a string of so many characters.
func text(least, most int) field {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		switch n := units(s); {
		case !ok:
			c.fault(at, "must be a string")
		case n < least:
			c.fault(at, "must be more than %d characters", least-1)
		case n > most:
			c.fault(at, "must be less than %d characters: %d", most+1, n)
		}
	}
}

// name is an id: its length is counted in bytes.
func name(c *checker, at string, v any) {
	s, ok := v.(string)
	if !ok || s == "" || len(s) > 255 {
		c.fault(at, "must be a string of 1 to 255 bytes")
	}
}

func blockID(c *checker, at string, v any) {
	name(c, at, v)
	s, _ := v.(string)
	if c.blocks[s] {
		c.fault(at, "block_id %q exists already", s)
	}
	c.blocks[s] = true
}

func actionID(c *checker, at string, v any) {
	name(c, at, v)
	s, _ := v.(string)
	if c.actions[s] {
		c.fault(at, "action_id %q exists already in this block", s)
	}
	c.actions[s] = true
}

func oneOf(words ...string) field {
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(words, s) {
			c.fault(at, "must be one of %q", words)
		}
	}
}

func integer(least, most int) field {
	return func(c *checker, at string, v any) {
		if n, ok := v.(float64); !ok || n != float64(int(n)) || int(n) < least || int(n) > most {
			c.fault(at, "must be an integer from %d to %d", least, most)
		}
	}
}

func link(c *checker, at string, v any) {
	text(1, 3000)(c, at, v)
	s, _ := v.(string)
	if u, err := url.Parse(s); err != nil || u.Host == "" && u.Scheme != "mailto" && u.Scheme != "tel" {
		c.fault(at, "must be a valid URL")
	}
}

func date(c *checker, at string, v any) {
	s, _ := v.(string)
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		c.fault(at, "must be YYYY-MM-DD")
	}
}

var hour = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)

func clock(c *checker, at string, v any) {
	if s, ok := v.(string); !ok || !hour.MatchString(s) {
		c.fault(at, "must be HH:mm")
	}
}

// words is a text object: kinds are "plain_text", "mrkdwn".
func words(most int, kinds ...string) field {
	return func(c *checker, at string, v any) {
		o, ok := v.(map[string]any)
		kind := str(o, "type")
		if !ok || !slices.Contains(kinds, kind) {
			c.fault(at, "must be a text object of type %q", kinds)
			return
		}
		c.said += units(str(o, "text"))
		own := map[string]field{"text": text(1, most), "emoji": boolean}
		if kind == "mrkdwn" {
			own = map[string]field{"text": text(1, most), "verbatim": boolean}
		}
		c.shape(at, o, shape{typed: true, required: []string{"text"}, fields: own})
	}
}

func plain(most int) field    { return words(most, "plain_text") }
func anyWords(most int) field { return words(most, "plain_text", "mrkdwn") }

// many is a list of so many things.
func many(least, most int, each field) field {
	return func(c *checker, at string, v any) {
		list, ok := v.([]any)
		switch {
		case !ok:
			c.fault(at, "must be an array")
		case len(list) < least:
			c.fault(at, "must have at least %d items", least)
		case len(list) > most:
			c.fault(at, "no more than %d items allowed", most)
		}
		for i, x := range list {
			each(c, fmt.Sprintf("%s/%d", at, i), x)
		}
	}
}

// inner is an object without a type.
func inner(sh shape) field {
	return func(c *checker, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			c.fault(at, "must be an object")
			return
		}
		c.shape(at, o, sh)
	}
}

// element is one of some elements.
func element(kinds ...string) field {
	return func(c *checker, at string, v any) { c.object(at, v, elementShapes(), "element", kinds...) }
}

func focus(c *checker, at string, v any) {
	boolean(c, at, v)
	if v == true {
		c.focus++
	}
}

// choices is a list of options; their texts may have markup where that is so.
func choices(most int, t field) field {
	return func(c *checker, at string, v any) {
		fields := map[string]field{"text": t, "value": text(1, 150), "description": t}
		if c.url {
			fields["url"] = link
		}
		many(1, most, inner(shape{required: []string{"text"}, fields: fields, also: func(c *checker, at string, o map[string]any) {
			if o["value"] == nil && o["url"] == nil {
				c.fault(at, "missing required field: value")
			}
		}}))(c, at, v)
	}
}

func optionGroups(c *checker, at string, v any) {
	many(1, 100, inner(shape{required: []string{"label", "options"}, fields: map[string]field{"label": plain(75), "options": choices(100, plain(75))}}))(c, at, v)
}

func confirmation(c *checker, at string, v any) {
	inner(shape{required: []string{"title", "text", "confirm", "deny"}, fields: map[string]field{
		"title": plain(100), "text": anyWords(300), "confirm": plain(30), "deny": plain(30), "style": oneOf("primary", "danger"),
	}})(c, at, v)
}

// held checks that what is chosen at first is among the options, exactly.
func held(c *checker, at string, o map[string]any) {
	all := options(o)
	if o["options"] != nil && o["option_groups"] != nil {
		c.fault(at, "options and option_groups exclude each other")
	}
	chosen := objects(o["initial_options"])
	if one, ok := o["initial_option"].(map[string]any); ok {
		chosen = append(chosen, one)
	}
	for _, x := range chosen {
		if !slices.ContainsFunc(all, func(y map[string]any) bool { return string(mustJSON(x)) == string(mustJSON(y)) }) {
			c.fault(at, "what is chosen at first is no option")
		}
	}
	seen := map[string]bool{}
	for _, x := range all {
		if v := str(x, "value"); v != "" && seen[v] {
			c.fault(at, "two options have the value %q", v)
		} else {
			seen[v] = true
		}
	}
}
