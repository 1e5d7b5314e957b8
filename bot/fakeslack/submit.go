package fakeslack

import (
	"encoding/json"
	"slices"
	"strings"
)

// submitted does what the app said when somebody submitted a modal. The lock is held.
func (s *Server) submitted(v *View, response json.RawMessage) {
	var r struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   map[string]any    `json:"view"`
	}
	if len(response) > 0 {
		if err := json.Unmarshal(response, &r); err != nil {
			s.problem("view_submission: the response is no object")
			return
		}
	}
	switch r.Action {
	case "":
		if len(response) > 0 {
			s.problem("view_submission: a response without response_action")
		}
		s.closeView(v.User)
	case "clear":
		s.closeAll(v.User)
	case "errors":
		s.errorsIn(v, r.Errors)
	case "update", "push":
		if refused := checkView(r.View, "modal"); refused != nil {
			s.problem("view_submission: %s %s", refused.code, strings.Join(refused.details, "; "))
			return
		}
		if r.Action == "update" {
			s.fill(v, r.View)
			s.touch()
		} else if _, refused := s.stack(v.User, r.View); refused != nil {
			s.problem("view_submission: %s", refused.code)
		}
	default:
		s.problem("view_submission: unknown response_action %q", r.Action)
	}
}

func (s *Server) errorsIn(v *View, errs map[string]string) {
	var content map[string]any
	_ = json.Unmarshal(v.Content, &content) // as it was written
	var ids []string
	for _, b := range objects(content["blocks"]) {
		if b["type"] == "input" {
			ids = append(ids, str(b, "block_id"))
		}
	}
	if len(errs) == 0 {
		s.problem("view_submission: errors without any")
	}
	for block := range errs {
		if !slices.Contains(ids, block) {
			s.problem("view_submission: an error of %q, which is no input block", block)
		}
	}
	v.Errors = errs
	s.touch()
}

// objects reads a list of objects; what is none is left out.
func objects(v any) []map[string]any {
	list, _ := v.([]any)
	var all []map[string]any
	for _, x := range list {
		if o, ok := x.(map[string]any); ok {
			all = append(all, o)
		}
	}
	return all
}
