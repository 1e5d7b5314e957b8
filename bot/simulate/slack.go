package simulate

import (
	"encoding/json"
	"html/template"
	"mime"
	"net/http"
	"strings"

	"cobijo/bot/fakeslack"
)

// post is a message on Slack as the page shows it.
type post struct {
	TS, By    string
	Bot, Mine bool // the person alone sees it
	Edited    bool
	HTML      template.HTML // where it has no blocks
	Blocks    []block
	Files     []link
	Replies   []post
	Shortcut  bool
}

// modal is the form that is open before somebody.
type modal struct {
	ID, Title, Submit, Close string
	Blocks                   []block
}

// slackBody is what the page shows of a channel.
type slackBody struct {
	Posts    []post
	Modal    *modal
	Home     bool // the app's Home tab is shown in place of a channel
	Blocks   []block
	HomeID   string
	Archived bool
	Channel  bool // it is neither direct messages nor Home
}

// place is where somebody looks on Slack.
type place struct {
	person  *fakeslack.Person
	channel *fakeslack.Channel // nil for the Home tab
	where   string
}

const (
	whereDirect = "direct"
	whereHome   = "home"
)

// at finds the person and the channel that a page is about; false where there are none such.
func (s *Server) at(r *http.Request) (place, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := place{where: r.PathValue("where")}
	for _, p := range s.people {
		if p.ID == r.PathValue("who") {
			l.person = p
		}
	}
	if l.person == nil {
		return l, false
	}
	switch l.where {
	case whereHome:
		return l, true
	case whereDirect:
		l.channel = s.Slack.Direct(l.person)
		return l, true
	}
	for _, c := range s.channels {
		if c.ID == l.where {
			l.channel = c
		}
	}
	return l, l.channel != nil
}

func (s *Server) slackPage(w http.ResponseWriter, r *http.Request) {
	p := s.page(w, r, "slack")
	if p == nil {
		return
	}
	l, ok := s.at(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	base := "/" + p.Lang + "/slack/"
	for _, one := range s.Slack.People() {
		p.People = append(p.People, link{base + one.ID + "/" + l.where, one.Name, one.ID == l.person.ID})
		if one.ID == l.person.ID {
			p.Locale = one.Locale
		}
	}
	archived := false
	for _, c := range s.Slack.Channels() {
		p.Places = append(p.Places, link{base + l.person.ID + "/" + c.ID, "#" + c.Name, c.ID == l.where})
		archived = archived || c.ID == l.where && c.Archived
	}
	p.Places = append(p.Places, link{base + l.person.ID + "/" + whereDirect, p.T("simulate_direct"), l.where == whereDirect}, link{base + l.person.ID + "/" + whereHome, p.T("simulate_home"), l.where == whereHome})
	p.Locales = []string{"es-419", "es-ES", "en-US", "en-GB", "pt-BR"}
	b := s.slackBody(p, l)
	b.Archived = archived
	p.Body = b
	s.show(w, r, p)
}

func (s *Server) slackBody(p *page, l place) slackBody {
	b := slackBody{Home: l.channel == nil, Channel: l.channel != nil && l.where != whereDirect}
	if open := s.Slack.Views(l.person); len(open) > 0 {
		v := open[len(open)-1]
		d := &drawer{s: s, filled: s.Slack.Filled(v), errors: v.Errors}
		m := &modal{ID: v.ID, Blocks: d.blocks(v.Content)}
		var o map[string]any
		if json.Unmarshal(v.Content, &o) == nil {
			m.Title, m.Submit, m.Close = text(object(o["title"]), "text"), text(object(o["submit"]), "text"), text(object(o["close"]), "text")
		}
		b.Modal = m
	}
	if b.Home {
		if v := s.Slack.Home(l.person); v != nil {
			b.Blocks = (&drawer{s: s, filled: s.Slack.Filled(*v)}).blocks(v.Content)
		}
		return b
	}
	files := "/" + p.Lang + "/file/" + l.person.ID + "/" + l.where + "/"
	all := append(s.Slack.Messages(l.channel), s.alone(l)...)
	byTime(all)
	top := map[string]int{}
	for _, m := range all {
		v := s.post(m, files)
		v.Mine = m.For != ""
		if at, in := top[m.Thread]; in && m.Thread != m.TS {
			b.Posts[at].Replies = append(b.Posts[at].Replies, v)
			continue
		}
		top[m.TS] = len(b.Posts)
		b.Posts = append(b.Posts, v)
	}
	return b
}

// alone are the messages in a channel that the person alone sees.
func (s *Server) alone(l place) []fakeslack.Message {
	var all []fakeslack.Message
	for _, m := range s.Slack.Ephemeral(l.person) {
		if m.Channel == l.channel.ID {
			all = append(all, m)
		}
	}
	return all
}

func (s *Server) post(m fakeslack.Message, files string) post {
	v := post{TS: m.TS, By: strings.TrimPrefix(s.Slack.Name(m.User), "@"), Bot: m.Bot, Edited: m.Edits > 0, Shortcut: s.options.Shortcut != "" && m.For == ""}
	if m.Blocks != nil {
		v.Blocks = (&drawer{s: s}).blocks(m.Blocks)
	} else {
		v.HTML = slackHTML(m.Text, s.Slack.Name)
	}
	for _, id := range m.Files {
		v.Files = append(v.Files, link{To: files + id, Label: id})
	}
	return v
}

// slackFile gives a file that the app sent into a channel.
func (s *Server) slackFile(w http.ResponseWriter, r *http.Request) {
	l, ok := s.at(r)
	if !ok || l.channel == nil {
		http.NotFound(w, r)
		return
	}
	for _, f := range s.Slack.Files(l.channel) {
		if f.ID == r.PathValue("id") {
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
			_, _ = w.Write(f.Content) // the browser has gone, if it fails
			return
		}
	}
	http.NotFound(w, r)
}
