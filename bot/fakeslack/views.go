package fakeslack

import (
	"encoding/json"
	"fmt"
	"maps"
)

// View is a modal, or somebody's App Home.
type View struct {
	ID, Hash, User string
	Type           string          // "modal", "home"
	Callback       string          // callback_id
	Private        string          // private_metadata
	External       string          // external_id
	Content        json.RawMessage // as the app sent it
	Root, Previous string
	// Errors are what the app said against what was filled in, by block_id.
	Errors map[string]string

	filled map[string]map[string]any // what stands in its fields, by block_id and action_id
	closed bool
}

const (
	maxStack = 3
	maxView  = 250 * 1000 // bytes
)

// Views are the modals that somebody has open, the uppermost last.
func (s *Server) Views(p *Person) []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []View
	for _, v := range s.stacks[p.ID] {
		all = append(all, *v)
	}
	return all
}

// Home is somebody's App Home; nil where the app has shown none.
func (s *Server) Home(p *Person) *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.homes[p.ID]; v != nil {
		c := *v
		return &c
	}
	return nil
}

// view does the methods of views. The lock is held.
func (s *Server) view(method string, p map[string]any) (reply, *apiError) {
	content, ok := p["view"].(map[string]any)
	if !ok {
		return nil, refuse("invalid_arguments", "view is no object")
	}
	kind := "modal"
	if method == "views.publish" || method == "views.update" && content["type"] == "home" {
		kind = "home"
	}
	if refused := checkView(content, kind); refused != nil {
		return nil, refused
	}
	switch method {
	case "views.publish":
		return s.publish(p, content)
	case "views.update":
		return s.updateView(p, content)
	}
	return s.openView(method, p, content)
}

// take uses a trigger. The lock is held.
func (s *Server) take(id string) (*trigger, *apiError) {
	t := s.triggers[id]
	switch {
	case t == nil:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case s.Now().Sub(t.at) > s.TriggerTime:
		return nil, refuse("expired_trigger_id")
	}
	t.used = true
	return t, nil
}

func (s *Server) openView(method string, p, content map[string]any) (reply, *apiError) {
	if e := str(content, "external_id"); e != "" && s.external(e) != nil {
		return nil, refuse("duplicate_external_id")
	}
	t, refused := s.take(str(p, "trigger_id"))
	if refused != nil {
		return nil, refused
	}
	if method == "views.push" {
		if t.view == nil || t.view.closed {
			return nil, refuse("invalid_trigger_id", "nothing to push upon")
		}
		return s.stack(t.user, content)
	}
	s.closeAll(t.user)
	return s.stack(t.user, content)
}

// stack puts a modal upon those that are open. The lock is held.
func (s *Server) stack(user string, content map[string]any) (reply, *apiError) {
	open := s.stacks[user]
	if len(open) >= maxStack {
		return nil, refuse("push_limit_reached")
	}
	v := &View{ID: s.id("V"), User: user, Type: "modal"}
	v.Root = v.ID
	if len(open) > 0 {
		v.Root, v.Previous = open[0].ID, open[len(open)-1].ID
	}
	s.fill(v, content)
	s.views[v.ID] = v
	s.stacks[user] = append(open, v)
	s.touch()
	return reply{"view": s.describeView(v)}, nil
}

// fill puts an app's content into a view: what somebody filled in stays where the field is still the same. The lock is held.
func (s *Server) fill(v *View, content map[string]any) {
	v.Content, v.Hash = mustJSON(content), s.id("hash.")
	v.Callback, v.Private, v.External = str(content, "callback_id"), str(content, "private_metadata"), str(content, "external_id")
	v.Errors = nil
	before := v.filled
	v.filled = map[string]map[string]any{}
	for i, b := range objects(content["blocks"]) {
		if str(b, "block_id") == "" {
			b["block_id"] = fmt.Sprintf("b%d", i)
		}
		for _, e := range inputs(b) {
			block, action := str(b, "block_id"), str(e, "action_id")
			value := initial(e)
			if was, ok := before[block][action]; ok {
				value = was.(map[string]any) //nolint:forcetypeassert // as it was put there
			}
			if v.filled[block] == nil {
				v.filled[block] = map[string]any{}
			}
			v.filled[block][action] = value
		}
	}
	v.Content = mustJSON(content)
}

func (s *Server) external(id string) *View {
	for _, v := range s.views {
		if v.External == id && !v.closed {
			return v
		}
	}
	return nil
}

func (s *Server) updateView(p, content map[string]any) (reply, *apiError) {
	v := s.views[str(p, "view_id")]
	if e := str(p, "external_id"); v == nil && e != "" {
		v = s.external(e)
	}
	hash := str(p, "hash")
	switch {
	case v == nil || v.closed:
		return nil, refuse("not_found")
	case hash != "" && hash != v.Hash:
		return nil, refuse("hash_conflict")
	}
	s.fill(v, content)
	s.touch()
	return reply{"view": s.describeView(v)}, nil
}

func (s *Server) publish(p, content map[string]any) (reply, *apiError) {
	user, hash := str(p, "user_id"), str(p, "hash")
	if s.personOf[user] == nil {
		return nil, refuse("user_not_found")
	}
	v := s.homes[user]
	switch {
	case v == nil:
		v = &View{ID: s.id("V"), User: user, Type: "home"}
		v.Root = v.ID
		s.homes[user], s.views[v.ID] = v, v
	case hash != "" && hash != v.Hash:
		return nil, refuse("hash_conflict")
	}
	s.fill(v, content)
	s.touch()
	return reply{"view": s.describeView(v)}, nil
}

// describeView is a view as the API and interactions tell it. The lock is held.
func (s *Server) describeView(v *View) map[string]any {
	d := map[string]any{}
	if err := json.Unmarshal(v.Content, &d); err != nil {
		s.problem("view: %v", err) // what was written can be read
	}
	values := map[string]any{}
	for block, fields := range v.filled {
		values[block] = maps.Clone(fields)
	}
	for _, key := range []string{"title", "submit", "close"} {
		if d[key] == nil {
			d[key] = nil
		}
	}
	maps.Copy(d, map[string]any{
		"id": v.ID, "team_id": s.TeamID, "hash": v.Hash, "root_view_id": v.Root, "app_id": s.AppID, "bot_id": s.BotID,
		"app_installed_team_id": s.TeamID, "private_metadata": v.Private, "callback_id": v.Callback, "external_id": v.External,
		"state": map[string]any{"values": values}, "previous_view_id": nil,
	})
	if v.Previous != "" {
		d["previous_view_id"] = v.Previous
	}
	return d
}

// closeAll closes all modals of somebody. The lock is held.
func (s *Server) closeAll(user string) {
	for _, v := range s.stacks[user] {
		v.closed = true
	}
	delete(s.stacks, user)
	s.touch()
}

// closeView closes the uppermost modal of somebody. The lock is held.
func (s *Server) closeView(user string) {
	open := s.stacks[user]
	if len(open) == 0 {
		return
	}
	open[len(open)-1].closed = true
	if s.stacks[user] = open[:len(open)-1]; len(open) == 1 {
		delete(s.stacks, user)
	}
	s.touch()
}
