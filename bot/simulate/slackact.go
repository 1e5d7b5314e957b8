package simulate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cobijo/bot/fakeslack"
)

// slackDo does what somebody does on Slack.
func (s *Server) slackDo(w http.ResponseWriter, r *http.Request) {
	l, ok := s.at(r)
	if err := r.ParseForm(); err != nil || !ok {
		http.NotFound(w, r)
		return
	}
	before := s.slackState(l)
	d, err := s.slackAct(l, r.PostForm)
	if err != nil || d == nil {
		back(w, r, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerTime+s.Slack.AckTime)
	defer cancel()
	switch err = d.Wait(ctx); {
	case errors.Is(err, fakeslack.ErrNotTold):
		err = nil
	case err == nil && !manages(r.PostForm):
		s.answered(r.Context(), func() string { return s.slackState(l) }, before)
	}
	back(w, r, err)
}

// manages tells whether a form does something to a channel, to which nobody answers.
func manages(f url.Values) bool {
	return f.Has("archive") || f.Has("unarchive") || f.Has("remove") || f.Has("invite")
}

var errNoSuch = errors.New("there is no such thing here")

// slackAct does what a form says; nil without an error where the app is not told of it.
func (s *Server) slackAct(l place, f url.Values) (*fakeslack.Delivery, error) {
	switch {
	case f.Has("locale"):
		s.Slack.Change(l.person, func(p *fakeslack.Person) { p.Locale = f.Get("locale") })
		return nil, nil //nolint:nilnil // nobody is told
	case f.Has("open"):
		return s.Slack.OpenHome(l.person), nil
	case f.Has("view"):
		return s.viewAct(l, f)
	case l.channel == nil:
		return nil, errNoSuch
	case f.Has("archive"):
		return s.Slack.Archive(l.channel, l.person), nil
	case f.Has("unarchive"):
		return s.Slack.Unarchive(l.channel, l.person), nil
	case f.Has("remove"):
		return s.Slack.RemoveBot(l.channel, l.person), nil
	case f.Has("invite"):
		return s.Slack.InviteBot(l.channel, l.person), nil
	case f.Has("message"):
		m, err := s.message(l, f.Get("message"))
		if err != nil {
			return nil, err
		}
		switch {
		case f.Has("shortcut"):
			return s.Slack.Shortcut(l.person, s.options.Shortcut, m), nil
		case f.Has("press"):
			return s.Slack.Choose(l.person, m, f.Get("press"), given(f["v:"+f.Get("press")]))
		}
		return s.write(l, m.TS, f.Get("text"))
	}
	return s.write(l, "", f.Get("text"))
}

// write lets somebody write: a command where it begins with a slash.
func (s *Server) write(l place, thread, words string) (*fakeslack.Delivery, error) {
	words = strings.TrimSpace(words)
	switch {
	case words == "":
		return nil, nil //nolint:nilnil // nothing was said
	case words[0] == '/' && thread == "":
		command, rest, _ := strings.Cut(words, " ")
		return s.Slack.Slash(l.person, l.channel, command, strings.TrimSpace(rest)), nil
	}
	return s.Slack.Reply(l.person, l.channel, thread, words), nil
}

// message finds a message that the person sees.
func (s *Server) message(l place, ts string) (fakeslack.Message, error) {
	for _, m := range append(s.Slack.Messages(l.channel), s.alone(l)...) {
		if m.TS == ts {
			return m, nil
		}
	}
	return fakeslack.Message{}, errNoSuch
}

// given is what a form's field says, as the fake takes it.
func given(values []string) any {
	if len(values) == 1 {
		return values[0]
	}
	if len(values) == 0 {
		return nil
	}
	return values
}

// viewAct does what somebody does in a modal or on the Home tab.
func (s *Server) viewAct(l place, f url.Values) (*fakeslack.Delivery, error) {
	if f.Get("view") == "home" {
		v := s.Slack.Home(l.person)
		if v == nil {
			return nil, errNoSuch
		}
		return s.Slack.Act(l.person, *v, f.Get("press"), given(f["v:"+f.Get("press")]))
	}
	open := s.Slack.Views(l.person)
	if len(open) == 0 || open[len(open)-1].ID != f.Get("view") {
		return nil, errNoSuch
	}
	v := open[len(open)-1]
	switch {
	case f.Has("press"):
		values := f["v:"+f.Get("press")]
		if field := f.Get("at:" + f.Get("press")); field != "" { // of a field that says at once what was chosen
			values = f[field]
		}
		return s.Slack.Act(l.person, v, f.Get("press"), given(values))
	case f.Get("do") != "submit":
		return s.Slack.CloseView(l.person), nil
	}
	fields := map[string]any{}
	for _, name := range f["has"] { // each field of the form, those left empty too
		block := strings.TrimPrefix(name, "f:")
		var values []string
		for _, x := range f[name] {
			if x != "" {
				values = append(values, x)
			}
		}
		if fields[block] = given(values); values == nil {
			fields[block] = []string{}
		}
	}
	return s.Slack.Submit(l.person, v, fields)
}

// slackState is something that differs when the app has said or shown something to a person.
func (s *Server) slackState(l place) string {
	var b strings.Builder
	if l.channel != nil {
		for _, m := range append(s.Slack.Said(l.channel), s.alone(l)...) {
			fmt.Fprint(&b, m.TS, "/", m.Edits, " ")
		}
	}
	for _, v := range s.Slack.Views(l.person) {
		fmt.Fprint(&b, v.Hash, len(v.Errors), " ")
	}
	if v := s.Slack.Home(l.person); v != nil {
		b.WriteString(v.Hash)
	}
	return b.String()
}

// byTime puts messages in order: their names are times, of one length for the next 200 years.
func byTime(all []fakeslack.Message) {
	slices.SortStableFunc(all, func(a, b fakeslack.Message) int { return strings.Compare(a.TS, b.TS) })
}
