package fakeslack

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	api "github.com/slack-go/slack"
	"pgregory.net/rapid"
)

func x(n int) string { return strings.Repeat("x", n) }

// pt is a plain text object.
func pt(n int) map[string]any { return map[string]any{"type": "plain_text", "text": x(n)} }

func md(n int) map[string]any { return map[string]any{"type": "mrkdwn", "text": x(n)} }

func repeat(n int, f func(i int) map[string]any) []any {
	all := []any{}
	for i := range n {
		all = append(all, f(i))
	}
	return all
}

func opt(i int) map[string]any {
	return map[string]any{"text": pt(5), "value": fmt.Sprint("v", i)}
}

func act(elements ...map[string]any) map[string]any {
	return map[string]any{"type": "actions", "elements": repeat(len(elements), func(i int) map[string]any { return elements[i] })}
}

func btn(i int, more ...any) map[string]any {
	b := map[string]any{"type": "button", "text": pt(5), "action_id": fmt.Sprint("a", i)}
	for j := 0; j < len(more); j += 2 {
		b[more[j].(string)] = more[j+1]
	}
	return b
}

func el(kind string, more ...any) map[string]any {
	e := map[string]any{"type": kind, "action_id": "e"}
	for j := 0; j < len(more); j += 2 {
		e[more[j].(string)] = more[j+1]
	}
	return e
}

func in(e map[string]any, more ...any) map[string]any {
	b := map[string]any{"type": "input", "label": pt(5), "element": e}
	for j := 0; j < len(more); j += 2 {
		b[more[j].(string)] = more[j+1]
	}
	return b
}

// limits are each documented limit: what makes something of a size, the greatest size that is fine, the surface.
var limits = []struct {
	name    string
	surface string
	most    int
	make    func(n int) any // a block, or a list of them
}{
	{"blocks of a message", "message", 50, func(n int) any {
		return repeat(n, func(int) map[string]any { return map[string]any{"type": "divider"} })
	}},
	{"blocks of a modal", "modal", 100, func(n int) any {
		return repeat(n, func(int) map[string]any { return map[string]any{"type": "divider"} })
	}},
	{"blocks of a home", "home", 100, func(n int) any {
		return repeat(n, func(int) map[string]any { return map[string]any{"type": "divider"} })
	}},
	{"section text", "message", 3000, func(n int) any { return map[string]any{"type": "section", "text": md(n)} }},
	{"section fields", "message", 10, func(n int) any {
		return map[string]any{"type": "section", "fields": repeat(n, func(int) map[string]any { return md(5) })}
	}},
	{"field", "message", 2000, func(n int) any { return map[string]any{"type": "section", "fields": []any{md(n)}} }},
	{"header", "message", 150, func(n int) any { return map[string]any{"type": "header", "text": pt(n)} }},
	{"context elements", "message", 10, func(n int) any {
		return map[string]any{"type": "context", "elements": repeat(n, func(int) map[string]any { return md(5) })}
	}},
	{"actions", "message", 25, func(n int) any {
		return map[string]any{"type": "actions", "elements": repeat(n, func(i int) map[string]any { return btn(i) })}
	}},
	{"block_id", "message", 255, func(n int) any { return map[string]any{"type": "divider", "block_id": x(n)} }},
	{"action_id", "message", 255, func(n int) any { return act(btn(0, "action_id", x(n))) }},
	{"button text", "message", 75, func(n int) any { return act(btn(0, "text", pt(n))) }},
	{"button value", "message", 2000, func(n int) any { return act(btn(0, "value", x(n))) }},
	{"button url", "message", 3000, func(n int) any { return act(btn(0, "url", "https://a/"+x(n-10))) }},
	{"confirm title", "message", 100, func(n int) any {
		return act(btn(0, "confirm", map[string]any{"title": pt(n), "text": pt(5), "confirm": pt(5), "deny": pt(5)}))
	}},
	{"confirm text", "message", 300, func(n int) any {
		return act(btn(0, "confirm", map[string]any{"title": pt(5), "text": pt(n), "confirm": pt(5), "deny": pt(5)}))
	}},
	{"confirm yes", "message", 30, func(n int) any {
		return act(btn(0, "confirm", map[string]any{"title": pt(5), "text": pt(5), "confirm": pt(n), "deny": pt(5)}))
	}},
	{"options", "message", 100, func(n int) any { return act(el("static_select", "options", repeat(n, opt))) }},
	{"option text", "message", 75, func(n int) any {
		return act(el("static_select", "options", []any{map[string]any{"text": pt(n), "value": "v"}}))
	}},
	{"option value", "message", 150, func(n int) any {
		return act(el("static_select", "options", []any{map[string]any{"text": pt(5), "value": x(n)}}))
	}},
	{"option description", "message", 75, func(n int) any {
		return act(el("radio_buttons", "options", []any{map[string]any{"text": pt(5), "value": "v", "description": pt(n)}}))
	}},
	{"placeholder", "message", 150, func(n int) any {
		return act(el("static_select", "options", repeat(1, opt), "placeholder", pt(n)))
	}},
	{"overflow", "message", 5, func(n int) any { return act(el("overflow", "options", repeat(n, opt))) }},
	{"checkboxes", "message", 10, func(n int) any { return act(el("checkboxes", "options", repeat(n, opt))) }},
	{"radio buttons", "message", 10, func(n int) any { return act(el("radio_buttons", "options", repeat(n, opt))) }},
	{"label", "modal", 2000, func(n int) any { return in(el("plain_text_input"), "label", pt(n)) }},
	{"hint", "modal", 2000, func(n int) any { return in(el("plain_text_input"), "hint", pt(n)) }},
	{"max_length", "modal", 3000, func(n int) any { return in(el("plain_text_input", "max_length", float64(n))) }},
	{"initial_value", "modal", 20, func(n int) any { return in(el("plain_text_input", "max_length", 20.0, "initial_value", x(n))) }},
	{"image alt", "message", 2000, func(n int) any {
		return map[string]any{"type": "image", "image_url": "https://a/b.png", "alt_text": x(n)}
	}},
}

func TestLimits(t *testing.T) {
	for _, tc := range limits {
		for n, want := range map[int]bool{tc.most: true, tc.most + 1: false} {
			blocks, ok := tc.make(n).([]any)
			if !ok {
				blocks = []any{tc.make(n)}
			}
			if faults := CheckBlocks(tc.surface, blocks); (len(faults) == 0) != want {
				t.Errorf("%s of %d: %q", tc.name, n, faults)
			}
		}
	}
}

func TestRules(t *testing.T) {
	one := map[string]any{"text": pt(5), "value": "v1"}
	for name, tc := range map[string]struct {
		surface string
		blocks  []any
		want    string // part of what is found; "" for nothing
	}{
		"unknown block":        {"message", []any{map[string]any{"type": "marquee"}}, "unsupported type of block"},
		"unknown element":      {"message", []any{act(el("lever"))}, "unsupported type of element"},
		"no type":              {"message", []any{map[string]any{}}, "unsupported type"},
		"no object":            {"message", []any{"text"}, "must be an object"},
		"an unknown field":     {"message", []any{map[string]any{"type": "divider", "colour": "red"}}, "additional property: colour"},
		"field of a text":      {"message", []any{map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": "x", "emoji": true}}}, "additional property: emoji"},
		"empty section":        {"message", []any{map[string]any{"type": "section"}}, "text or fields"},
		"empty text":           {"message", []any{map[string]any{"type": "section", "text": md(0)}}, "more than 0 characters"},
		"header in markup":     {"message", []any{map[string]any{"type": "header", "text": md(3)}}, "plain_text"},
		"no action elements":   {"message", []any{act()}, "at least 1"},
		"same block_id":        {"message", []any{map[string]any{"type": "divider", "block_id": "a"}, map[string]any{"type": "divider", "block_id": "a"}}, "exists already"},
		"same action_id":       {"message", []any{act(btn(1), btn(1))}, "exists already in this block"},
		"in two blocks":        {"message", []any{act(btn(1)), act(btn(1))}, ""},
		"style":                {"message", []any{act(btn(1, "style", "default"))}, "one of"},
		"text input in a row":  {"message", []any{act(el("plain_text_input"))}, "cannot stand here"},
		"several in a row":     {"message", []any{act(el("multi_users_select"))}, "cannot stand here"},
		"several in an input":  {"modal", []any{in(el("multi_users_select"))}, ""},
		"button in an input":   {"modal", []any{in(btn(1))}, "cannot stand here"},
		"markdown in a modal":  {"modal", []any{map[string]any{"type": "markdown", "text": "x"}}, "cannot stand in a modal"},
		"chosen is no option":  {"message", []any{act(el("static_select", "options", repeat(1, opt), "initial_option", one))}, "no option"},
		"chosen is one":        {"message", []any{act(el("static_select", "options", []any{one}, "initial_option", one))}, ""},
		"options twice":        {"message", []any{act(el("static_select", "options", []any{one, one}))}, "two options"},
		"no options":           {"message", []any{act(el("static_select"))}, "options"},
		"no value":             {"message", []any{act(el("static_select", "options", []any{map[string]any{"text": pt(3)}}))}, "value"},
		"date":                 {"message", []any{act(el("datepicker", "initial_date", "25/11/2026"))}, "YYYY-MM-DD"},
		"hour":                 {"message", []any{act(el("timepicker", "initial_time", "9:00"))}, "HH:mm"},
		"address":              {"message", []any{act(btn(1, "url", "not an address"))}, "valid URL"},
		"two focused":          {"modal", []any{in(el("plain_text_input", "focus_on_load", true)), in(el("plain_text_input", "focus_on_load", true))}, "only one"},
		"astral counts double": {"message", []any{map[string]any{"type": "header", "text": map[string]any{"type": "plain_text", "text": strings.Repeat("😀", 76)}}}, "less than 151"},
	} {
		faults := strings.Join(CheckBlocks(tc.surface, tc.blocks), "\n")
		if tc.want == "" && faults != "" || !strings.Contains(faults, tc.want) {
			t.Errorf("%s: %q, want %q", name, faults, tc.want)
		}
	}
}

func TestLimitsOfViews(t *testing.T) {
	good := func() map[string]any {
		return map[string]any{"type": "modal", "title": pt(24), "submit": pt(24), "close": pt(24), "private_metadata": x(3000), "callback_id": x(255), "blocks": []any{map[string]any{"type": "divider"}}}
	}
	if e := checkView(good(), "modal"); e != nil {
		t.Fatal(e, e.details)
	}
	for key, v := range map[string]any{"title": pt(25), "submit": pt(25), "close": pt(25), "private_metadata": x(3001), "callback_id": x(256), "type": "home", "blocks": nil, "size": 3.0} {
		view := good()
		view[key] = v
		if e := checkView(view, "modal"); e == nil || e.code != "invalid_arguments" {
			t.Errorf("%s: %v", key, e)
		}
	}
	var big []any
	for range 90 {
		big = append(big, map[string]any{"type": "section", "text": md(2900)})
	}
	view := good()
	view["blocks"] = big
	if e := checkView(view, "modal"); e == nil || e.code != "view_too_large" {
		t.Errorf("260 KB: %v", e)
	}
	view = good()
	delete(view, "submit")
	view["blocks"] = []any{in(el("plain_text_input"))}
	if e := checkView(view, "modal"); e == nil {
		t.Error("inputs without submit were taken")
	}
}

func TestLimitsOfMessages(t *testing.T) {
	s, c, ctx := start(t)
	team := s.Channel("coordination")
	post := func(o ...api.MsgOption) string {
		_, _, err := c.PostMessageContext(ctx, team.ID, o...)
		return errText(err)
	}
	section := func(n int) api.Block {
		return api.NewSectionBlock(api.NewTextBlockObject(api.MarkdownType, x(n), false, false), nil, nil)
	}
	meta := func(kind string, n int) api.MsgOption {
		return api.MsgOptionMetadata(api.SlackMetadata{EventType: kind, EventPayload: map[string]any{"k": x(n)}})
	}
	text := api.MsgOptionText("x", false)
	for name, tc := range map[string]struct{ got, want string }{
		"section":          {post(text, api.MsgOptionBlocks(section(3001))), "invalid_blocks"},
		"fine":             {post(text, api.MsgOptionBlocks(section(3000), section(3000), section(3000), section(3000))), ""},
		"all together":     {post(text, api.MsgOptionBlocks(section(3000), section(3000), section(3000), section(3000), section(1))), "msg_blocks_too_long"},
		"metadata":         {post(text, meta("kind_1", 7000)), ""},
		"big metadata":     {post(text, meta("kind_1", 8000)), "metadata_too_large"},
		"kind of metadata": {post(text, meta("a kind", 1)), "invalid_metadata_format"},
		"payload":          {post(text, api.MsgOptionMetadata(api.SlackMetadata{EventType: "a"})), ""},
		"text of an update": {func() string {
			_, _, _, err := c.UpdateMessageContext(ctx, team.ID, s.Said(team)[0].TS, api.MsgOptionText(x(4001), false))
			return errText(err)
		}(), "msg_too_long"},
	} {
		if tc.got != tc.want && !(name == "payload" && tc.got == "invalid_metadata_format") {
			t.Errorf("%s: %q, want %q", name, tc.got, tc.want)
		}
	}
	if len(s.Problems()) < 4 {
		t.Errorf("problems %q", s.Problems())
	}
}

// Whatever comes is checked and drawn without a panic.
func TestAnythingIsChecked(t *testing.T) {
	keys := []string{"type", "text", "elements", "element", "accessory", "fields", "options", "option_groups", "label", "blocks", "title", "submit", "initial_option", "initial_options", "block_id", "action_id", "value", "confirm", "placeholder", "focus_on_load", "max_length"}
	kinds := []string{"section", "actions", "input", "context", "header", "modal", "home", "button", "static_select", "checkboxes", "plain_text", "mrkdwn", "plain_text_input", "overflow", "image", "radio_buttons", "x"}
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		return rapid.Custom(func(r *rapid.T) any {
			switch n := rapid.IntRange(0, 6).Draw(r, "kind"); {
			case n == 0:
				return rapid.SampledFrom(kinds).Draw(r, "word")
			case n == 1:
				return rapid.Float64().Draw(r, "number")
			case n == 2:
				return rapid.Bool().Draw(r, "truth")
			case n == 3 || depth == 0:
				return nil
			case n == 4:
				return rapid.SliceOfN(value(depth-1), 0, 4).Draw(r, "list")
			}
			m := map[string]any{"type": rapid.SampledFrom(kinds).Draw(r, "type")}
			for range rapid.IntRange(0, 5).Draw(r, "n") {
				m[rapid.SampledFrom(keys).Draw(r, "key")] = value(depth-1).Draw(r, "value")
			}
			return m
		})
	}
	rapid.Check(t, func(r *rapid.T) {
		v := value(5).Draw(r, "v")
		CheckBlocks("modal", v)
		CheckBlocks("message", []any{v})
		_ = Show([]any{v})
		_ = Show(v)
		if m, ok := v.(map[string]any); ok {
			_ = checkView(m, "modal")
			for _, e := range inputs(m) {
				_, _ = choose(e, "x")
				_, _ = choose(e, []string{"x", "y"})
				_ = initial(e)
			}
		}
	})
}

// What Slack's own people published as samples (of the java-slack-sdk, in the folder that COBIJO_SLACK_SAMPLES names) passes as JSON of blocks at least without a panic, and the known kinds are known.
func TestSlacksSamples(t *testing.T) {
	dir := os.Getenv("COBIJO_SLACK_SAMPLES")
	if dir == "" {
		t.Skip("SKIPPED: COBIJO_SLACK_SAMPLES names no folder with samples of Slack's payloads")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*/*/*.json"))
	n := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var p map[string]any
		if err := json.Unmarshal(b, &p); err != nil {
			t.Fatal(f, err)
		}
		for _, key := range []string{"message", "view"} {
			if o, ok := p[key].(map[string]any); ok {
				n++
				CheckBlocks("message", o["blocks"])
				_ = Show(o)
			}
		}
	}
	if n == 0 {
		t.Error("no sample has blocks")
	}
}
