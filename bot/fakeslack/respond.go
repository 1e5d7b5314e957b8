package fakeslack

import (
	"net/http"
	"time"
)

// trigger lets the app open a modal, once and soon.
type trigger struct {
	user string
	at   time.Time
	used bool
	view *View // where it was pressed; nil for a message
}

// answerURL is where the app can answer what somebody did.
type answerURL struct {
	channel string
	user    string
	source  *Message // under which a button was pressed; nil for a command
	thread  string
	at      time.Time
	uses    int
}

const (
	maxUses  = 5
	answerIn = 30 * time.Minute
)

// trigger makes a trigger_id. The lock is held.
func (s *Server) newTrigger(user string, v *View) string {
	id := s.id("1.trigger.")
	s.triggers[id] = &trigger{user: user, at: s.Now(), view: v}
	return id
}

// answer makes a response_url. The lock is held.
func (s *Server) newAnswer(user string, c *Channel, source *Message) string {
	id := s.id("R")
	a := &answerURL{channel: c.ID, user: user, source: source, at: s.Now()}
	if source != nil {
		a.thread = source.Thread
	}
	s.answers[id] = a
	return s.http.URL + "/respond/" + id
}

func (s *Server) serveRespond(w http.ResponseWriter, r *http.Request, id string) {
	params, err := parameters(w, r)
	if err != nil {
		s.finish(w, "response_url", nil, nil, refuse("invalid_json", err.Error()))
		return
	}
	s.faulty(w, "response_url", params, func() (reply, *apiError) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.respond(id, params)
	})
}

// respond says something by a response_url. The lock is held.
func (s *Server) respond(id string, p map[string]any) (reply, *apiError) {
	a := s.answers[id]
	switch {
	case a == nil || s.Now().Sub(a.at) > answerIn:
		return nil, &apiError{code: "expired_url", status: http.StatusNotFound}
	case a.uses >= maxUses:
		return nil, &apiError{code: "used_url", status: http.StatusNotFound}
	}
	c := s.channelOf[a.channel]
	if truth(p, "delete_original") {
		if a.source == nil {
			return nil, refuse("invalid_arguments", "there is no original")
		}
		a.uses++
		s.drop(c, a.source)
		return nil, nil
	}
	m, refused := s.said(p, maxText)
	if refused != nil {
		return nil, refused
	}
	a.uses++
	return s.place(c, a, m, p), nil
}

// place puts an answer where it belongs. The lock is held.
func (s *Server) place(c *Channel, a *answerURL, m *Message, p map[string]any) reply {
	if truth(p, "replace_original") && a.source != nil && c.byTS[a.source.TS] != nil {
		before := s.show(c, a.source, true)
		s.replace(a.source, m, p)
		if a.source.For == "" {
			s.changedMessage(c, a.source, before)
		}
		return reply{}
	}
	if m.Thread = root(c, str(p, "thread_ts")); m.Thread == "" {
		m.Thread = a.thread
	}
	if str(p, "response_type") == "in_channel" {
		s.add(c, m)
		if c.has(s.BotUser) {
			s.echo(c, m)
		}
		return reply{}
	}
	m.For = a.user
	s.add(c, m)
	return reply{}
}
