package fakeslack

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// inputs are the elements of a block that hold something: all but buttons, menus of deeds and pictures.
func inputs(b map[string]any) []map[string]any {
	var all []map[string]any
	for _, e := range elements(b) {
		switch str(e, "type") {
		case "button", "overflow", "image", "workflow_button", "plain_text", "mrkdwn", "":
		default:
			all = append(all, e)
		}
	}
	return all
}

// elements are what can be pressed or filled in within a block.
func elements(b map[string]any) []map[string]any {
	var all []map[string]any
	for _, key := range []string{"accessory", "element"} {
		if e, ok := b[key].(map[string]any); ok {
			all = append(all, e)
		}
	}
	if b["type"] == "actions" {
		all = append(all, objects(b["elements"])...)
	}
	return all
}

// options are all options of an element, those of groups too.
func options(e map[string]any) []map[string]any {
	all := objects(e["options"])
	for _, g := range objects(e["option_groups"]) {
		all = append(all, objects(g["options"])...)
	}
	return all
}

// initial is what an element holds before anybody touched it, as state.values tells it.
func initial(e map[string]any) map[string]any {
	kind := str(e, "type")
	v := map[string]any{"type": kind}
	for from, to := range map[string]string{
		"initial_value": "value", "initial_option": "selected_option", "initial_options": "selected_options", "initial_date": "selected_date",
		"initial_time": "selected_time", "initial_date_time": "selected_date_time", "initial_user": "selected_user", "initial_users": "selected_users",
		"initial_conversation": "selected_conversation", "initial_conversations": "selected_conversations", "initial_channel": "selected_channel",
		"initial_channels": "selected_channels",
	} {
		if x, ok := e[from]; ok {
			v[to] = x
		}
	}
	if key := holds(kind); v[key] == nil {
		v[key] = nil
		if strings.HasSuffix(key, "s") {
			v[key] = []any{}
		}
	}
	return v
}

// holds names where an element of a kind keeps what was chosen.
func holds(kind string) string {
	switch kind {
	case "static_select", "external_select", "radio_buttons":
		return "selected_option"
	case "multi_static_select", "multi_external_select", "checkboxes":
		return "selected_options"
	case "datepicker":
		return "selected_date"
	case "timepicker":
		return "selected_time"
	case "datetimepicker":
		return "selected_date_time"
	case "users_select":
		return "selected_user"
	case "multi_users_select":
		return "selected_users"
	case "conversations_select":
		return "selected_conversation"
	case "multi_conversations_select":
		return "selected_conversations"
	case "channels_select":
		return "selected_channel"
	case "multi_channels_select":
		return "selected_channels"
	}
	return "value"
}

// choose makes what an element holds of what somebody gives it: a text, a date, an option by its text or value, an id; for many
// of them a []string. An empty one takes away what was there.
func choose(e map[string]any, given any) (map[string]any, error) {
	kind := str(e, "type")
	key := holds(kind)
	v := map[string]any{"type": kind}
	var words []string
	switch g := given.(type) {
	case string:
		if g != "" {
			words = []string{g}
		}
	case []string:
		words = g
	case nil:
	default:
		return nil, fmt.Errorf("cannot fill %T into a %s", given, kind)
	}
	if !strings.HasSuffix(key, "s") {
		if len(words) == 0 {
			v[key] = nil
			return v, nil
		}
		if len(words) > 1 {
			return nil, fmt.Errorf("a %s holds one only", kind)
		}
	}
	switch key {
	case "selected_option":
		o, err := option(e, words[0])
		v[key] = o
		return v, err
	case "selected_options":
		all := []any{}
		for _, w := range words {
			o, err := option(e, w)
			if err != nil {
				return nil, err
			}
			all = append(all, o)
		}
		v[key] = all
	case "value":
		if n := units(words[0]); n > limit(e, "max_length", 3000) || n < limit(e, "min_length", 0) {
			return nil, fmt.Errorf("%d characters do not fit", n)
		}
		v[key] = words[0]
	default:
		if strings.HasSuffix(key, "s") {
			v[key] = append([]string{}, words...)
		} else {
			v[key] = words[0]
		}
	}
	return v, nil
}

func limit(e map[string]any, key string, otherwise int) int {
	if _, ok := e[key]; ok {
		return number(e, key)
	}
	return otherwise
}

// option finds an option by its value or by what it says.
func option(e map[string]any, word string) (map[string]any, error) {
	all := options(e)
	if i := slices.IndexFunc(all, func(o map[string]any) bool { return str(o, "value") == word || textOf(o["text"]) == word }); i >= 0 {
		return all[i], nil
	}
	var have []string
	for _, o := range all {
		have = append(have, textOf(o["text"]))
	}
	return nil, fmt.Errorf("no option says %q, but %q", word, have)
}

// textOf is what a text object says.
func textOf(v any) string {
	o, _ := v.(map[string]any)
	return str(o, "text")
}

// empty tells whether an element holds nothing.
func empty(v map[string]any) bool {
	switch x := v[holds(str(v, "type"))].(type) {
	case nil:
		return true
	case string:
		return x == ""
	case []any:
		return len(x) == 0
	case []string:
		return len(x) == 0
	}
	return false
}

// Filled is what stands in the fields of a modal or a Home, by block_id and action_id, as state.values has it.
func (s *Server) Filled(v View) map[string]map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]map[string]any{}
	if now := s.views[v.ID]; now != nil {
		for block, fields := range now.filled {
			all[block] = maps.Clone(fields)
		}
	}
	return all
}

// Chosen are the values, ids or words that a field holds, of what Filled gives or of the element itself as the app sent it.
func Chosen(field map[string]any) []string {
	kind := str(field, "type")
	v, held := field[holds(kind)]
	if !held {
		v = initial(field)[holds(kind)]
	}
	one := func(v any) string {
		switch v := v.(type) {
		case string:
			return v
		case float64:
			return strconv.Itoa(int(v))
		case map[string]any:
			return str(v, "value")
		}
		return ""
	}
	var all []string
	switch v := v.(type) {
	case nil:
	case []any:
		for _, x := range v {
			all = append(all, one(x))
		}
	case []string:
		all = append(all, v...)
	default:
		all = append(all, one(v))
	}
	return all
}
