package fakeslack

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// pressed is something to press: which element of which block.
type pressed struct{ block, element map[string]any }

// find looks for an element by its action_id, by what stands on it, or by its block's id.
func find(blocks []map[string]any, name string) (pressed, error) {
	var have []string
	for i, b := range blocks {
		if str(b, "block_id") == "" {
			b["block_id"] = fmt.Sprintf("b%d", i)
		}
		for _, e := range elements(b) {
			labels := []string{str(e, "action_id"), textOf(e["text"]), textOf(e["placeholder"]), str(b, "block_id"), textOf(b["label"])}
			for _, l := range labels {
				if l != "" && l == name {
					return pressed{b, e}, nil
				}
			}
			have = append(have, strings.Join(labels, "/"))
		}
	}
	return pressed{}, fmt.Errorf("nothing is called %q, but %q", name, have)
}

// action is an element as block_actions tells it, with what was chosen.
func (s *Server) action(at pressed, given any) (map[string]any, error) {
	e := at.element
	a := map[string]any{"type": str(e, "type"), "action_id": str(e, "action_id"), "block_id": str(at.block, "block_id"), "action_ts": s.stamp()}
	switch str(e, "type") {
	case "button":
		a["text"] = e["text"]
		for _, key := range []string{"value", "style", "url"} {
			if v, ok := e[key]; ok {
				a[key] = v
			}
		}
		return a, nil
	case "overflow":
		word, _ := given.(string)
		o, err := option(e, word)
		a["selected_option"] = o
		return a, err
	}
	v, err := choose(e, given)
	maps.Copy(a, v)
	return a, err
}

// Press lets somebody press a button under a message, by what stands on it or by its action_id.
func (s *Server) Press(p *Person, m Message, name string) (*Delivery, error) {
	return s.Choose(p, m, name, nil)
}

// Choose lets somebody choose from a menu under a message: the menu by its action_id, placeholder or block_id; the option by what
// it says or its value; several as []string.
func (s *Server) Choose(p *Person, m Message, name string, given any) (*Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channelOf[m.Channel]
	now := c.byTS[m.TS]
	if now == nil {
		return nil, fmt.Errorf("the message is not there any more")
	}
	blocks := blocksOf(now.Blocks)
	at, err := find(blocks, name)
	if err != nil {
		return nil, err
	}
	a, err := s.action(at, given)
	if err != nil {
		return nil, err
	}
	container := map[string]any{"type": "message", "message_ts": now.TS, "channel_id": c.ID, "is_ephemeral": now.For != ""}
	v := map[string]any{
		"type": "block_actions", "actions": []any{a}, "container": container, "channel": map[string]any{"id": c.ID, "name": channelName(c)},
		"trigger_id": s.newTrigger(p.ID, nil), "response_url": s.newAnswer(p.ID, c, now), "state": map[string]any{"values": map[string]any{}},
	}
	if now.Thread != "" {
		container["thread_ts"] = now.Thread
	}
	if now.For == "" { // what one person sees is not told again
		v["message"] = s.show(c, now, false)
	}
	return s.interact(p, v), nil
}

// Act lets somebody press or choose something in a modal or in their App Home.
func (s *Server) Act(p *Person, view View, name string, given any) (*Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.views[view.ID]
	if v == nil || v.closed {
		return nil, fmt.Errorf("the view is not open any more")
	}
	at, err := find(blocksIn(v.Content), name)
	if err != nil {
		return nil, err
	}
	a, err := s.action(at, given)
	if err != nil {
		return nil, err
	}
	if held := v.filled[str(at.block, "block_id")]; held != nil && held[str(at.element, "action_id")] != nil {
		held[str(at.element, "action_id")], _ = choose(at.element, given) // action has chosen it already
	}
	if at.block["type"] == "input" && !truth(at.block, "dispatch_action") {
		return s.bring(&Delivery{Kind: kindInteractive, err: ErrNotTold}), nil
	}
	return s.interact(p, map[string]any{
		"type": "block_actions", "actions": []any{a}, "container": map[string]any{"type": "view", "view_id": v.ID}, "view": s.describeView(v),
		"trigger_id": s.newTrigger(p.ID, v), "state": s.describeView(v)["state"],
	}), nil
}

// Submit lets somebody fill in a modal and send it: fields by label, block_id or action_id, what goes in as in Choose. What Slack
// itself would not let pass (a required field left empty, a text too long) is an error. What the app says against it is in
// Views(p)[…].Errors after the delivery.
func (s *Server) Submit(p *Person, view View, fields map[string]any) (*Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := s.stacks[p.ID]
	if len(open) == 0 || open[len(open)-1].ID != view.ID {
		return nil, fmt.Errorf("the modal is not the uppermost any more")
	}
	v := open[len(open)-1]
	blocks := blocksIn(v.Content)
	for name, given := range fields {
		at, err := find(blocks, name)
		if err != nil {
			return nil, err
		}
		held, err := choose(at.element, given)
		if err != nil {
			return nil, fmt.Errorf("fill in %q: %w", name, err)
		}
		block := str(at.block, "block_id")
		if v.filled[block] == nil {
			return nil, fmt.Errorf("%q is no field", name)
		}
		v.filled[block][str(at.element, "action_id")] = held
	}
	for _, b := range blocks {
		for _, e := range inputs(b) {
			held, _ := v.filled[str(b, "block_id")][str(e, "action_id")].(map[string]any)
			if b["type"] == "input" && !truth(b, "optional") && empty(held) {
				return nil, fmt.Errorf("%q must be filled in", textOf(b["label"]))
			}
		}
	}
	v.Errors = nil
	d := s.interact(p, map[string]any{"type": "view_submission", "view": s.describeView(v), "trigger_id": s.newTrigger(p.ID, v), "response_urls": []any{}})
	d.answered = func(response json.RawMessage) { s.submitted(v, response) }
	return d, nil
}

// CloseView lets somebody close the uppermost modal without sending it; the app is told where it asked for that.
func (s *Server) CloseView(p *Person) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := s.stacks[p.ID]
	if len(open) == 0 {
		return s.bring(&Delivery{Kind: kindInteractive, err: ErrNotTold})
	}
	v := open[len(open)-1]
	shown := s.describeView(v)
	s.closeView(p.ID)
	if !truth(shown, "notify_on_close") {
		return s.bring(&Delivery{Kind: kindInteractive, err: ErrNotTold})
	}
	return s.interact(p, map[string]any{"type": "view_closed", "view": shown, "is_cleared": false})
}

func blocksOf(blocks json.RawMessage) []map[string]any {
	var v any
	_ = json.Unmarshal(blocks, &v) // as it was written
	return objects(v)
}

func blocksIn(view json.RawMessage) []map[string]any {
	var v map[string]any
	_ = json.Unmarshal(view, &v) // as it was written
	return objects(v["blocks"])
}
