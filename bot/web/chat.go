package web

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/bot/render"
)

// chatPage is the chat's own part of the page.
type chatPage struct {
	Exchange exchange
	Nonce    string
	Draft    string // what was written and could not be taken, to be sent again
	Start    string // what the page began with, so that it does so in the other language too
}

// exchange is what somebody said and what was answered.
type exchange struct {
	Said    string
	Pressed bool // a choice was pressed, not written
	Replies []reply
	Note    template.HTML // of the page itself, not of the assistant
}

// reply is an answer as the page shows it.
type reply struct {
	Lang      string // where it is not the page's
	Emergency bool
	HTML      template.HTML
	Choices   []bot.Choice
}

// open begins a chat, or shows it anew.
func (s *Server) open(w http.ResponseWriter, r *http.Request) {
	lang := s.language(r)
	if r.Method == http.MethodHead {
		s.show(w, r, http.StatusOK, "chat.html", &page{Lang: lang, Chat: true, server: s, url: *r.URL, Body: chatPage{}})
		return
	}
	ses, known := s.session(r)
	if !known {
		ses = s.newSession(lang)
	}
	if known && r.URL.Query().Get("lang") == lang {
		// The chat goes on in the language that was asked for; what it says to that is the page itself.
		_, _ = s.tell(r, ses, dialogue.Message{Choice: "lang:" + lang}, random(idBytes))
	}
	ses.lang = lang
	first, start := dialogue.Message{Text: "/start"}, r.URL.Query().Get("start")
	choice := s.startChoice(start)
	if choice != "" {
		first = dialogue.Message{Choice: choice}
	}
	replies, _ := s.tell(r, ses, first, random(idBytes))
	e := exchange{Replies: s.replies(replies, lang)}
	if len(replies) == 0 {
		e.Replies = []reply{{HTML: render.HTML(s.texts.Text(lang, "web_welcome"))}}
	}
	s.keep(w, ses)
	c := chatPage{Exchange: e}
	if choice != "" {
		c.Start = start
	}
	s.showChat(w, r, http.StatusOK, ses, c)
}

// tell hands a message to the assistant.
func (s *Server) tell(r *http.Request, ses session, m dialogue.Message, id string) ([]bot.Reply, error) {
	m.LangHint = ses.lang
	replies, err := s.bot.Handle(r.Context(), bot.Message{Channel: "web", Chat: ses.id, ID: id, Message: m})
	if err != nil {
		s.options.Log.ErrorContext(r.Context(), "web: a message was not handled as it should", "error", err)
	}
	return replies, err
}

// ask answers a question or a pressed choice.
func (s *Server) ask(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	text := strings.TrimSpace(strings.ToValidUTF8(r.PostForm.Get("q"), "\uFFFD"))
	choice := r.PostForm.Get("choice")
	ses, ok := s.session(r)
	if !ok || !s.keys.proves(r.PostForm.Get("t"), "form", ses.id) {
		s.askAgain(w, r, text, choice)
		return
	}
	lang := ses.lang
	if !slices.Contains(s.texts.Langs(), lang) {
		lang = s.language(r)
	}
	if text == "" && choice == "" {
		s.keep(w, ses)
		s.answer(w, r, http.StatusOK, ses, chatPage{Exchange: exchange{Note: render.HTML(s.texts.Text(lang, "web_empty"))}})
		return
	}
	e := exchange{Said: text}
	m := dialogue.Message{Text: text}
	if choice != "" {
		e = exchange{Said: r.PostForm.Get("l." + choice), Pressed: true}
		m = dialogue.Message{Choice: choice}
	}
	replies, err := s.tell(r, ses, m, s.messageID(ses, r.PostForm.Get("n"), text, choice))
	if chosen, ok := strings.CutPrefix(choice, "lang:"); ok && slices.Contains(s.texts.Langs(), chosen) {
		ses.lang, lang = chosen, chosen
	}
	status := http.StatusOK
	switch e.Replies = s.replies(replies, lang); {
	case len(replies) > 0:
	case err != nil:
		status, e.Note = http.StatusServiceUnavailable, render.HTML(s.texts.Text(lang, "web_failed"))
	default:
		e.Note = render.HTML(s.texts.Text(lang, "web_repeat"))
	}
	c := chatPage{Exchange: e}
	if choice != "" {
		c.Draft = text // somebody was writing, and pressed something else
	}
	s.keep(w, ses)
	s.answer(w, r, status, ses, c)
}

// askAgain keeps what was written where the form could not be proved to be ours: most often the page was open too long.
func (s *Server) askAgain(w http.ResponseWriter, r *http.Request, text, choice string) {
	lang := s.language(r)
	ses, ok := s.session(r)
	if !ok {
		ses = s.newSession(lang)
	}
	ses.lang = lang
	note := "web_unconfirmed"
	if choice != "" || text == "" {
		note, text = "web_unconfirmed_choice", ""
	}
	s.keep(w, ses)
	s.answer(w, r, http.StatusForbidden, ses, chatPage{Exchange: exchange{Note: render.HTML(s.texts.Text(lang, note))}, Draft: text})
}

// form reads the form that was sent; false where it could not, and the person has been told.
func (s *Server) form(w http.ResponseWriter, r *http.Request) bool {
	err := r.ParseForm()
	if err == nil {
		return true
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		s.fail(w, r, http.StatusRequestEntityTooLarge, "web_too_large")
	} else {
		s.fail(w, r, http.StatusBadRequest, "web_failed")
	}
	return false
}

// replies makes what the assistant said ready for a page in lang.
func (s *Server) replies(all []bot.Reply, lang string) []reply {
	var shown []reply
	for _, r := range all {
		one := reply{HTML: render.HTML(r.Text), Choices: r.Choices, Emergency: r.Kind == dialogue.Emergency}
		if r.Lang != "" && r.Lang != lang {
			one.Lang = r.Lang
		}
		shown = append(shown, one)
	}
	return shown
}

// answer shows an exchange: to the script as lines for the log, else as a page.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, status int, ses session, c chatPage) {
	if !isFragment(r) {
		s.showChat(w, r, status, ses, c)
		return
	}
	if status == http.StatusForbidden {
		w.Header().Set("X-Form-Token", s.token(ses)) // the script sends the next message with it
	}
	p := s.page(r, ses.lang)
	c.Exchange.Said = "" // the script has shown it
	p.Body = c.Exchange
	s.show(w, r, status, "exchange", p)
}

func (s *Server) showChat(w http.ResponseWriter, r *http.Request, status int, ses session, c chatPage) {
	p := s.page(r, ses.lang)
	p.Chat, p.Token = true, s.token(ses)
	p.url.Path, p.url.RawQuery = "/", ""
	if c.Start != "" {
		p.url.RawQuery = url.Values{"start": {c.Start}}.Encode()
	}
	c.Nonce = random(12)
	p.Body = c
	s.show(w, r, status, "chat.html", p)
}

// forget erases what is remembered of the chat, at once and for good.
func (s *Server) forget(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	ses, ok := s.session(r)
	if !ok || !s.keys.proves(r.PostForm.Get("t"), "form", ses.id) {
		s.askAgain(w, r, "", "")
		return
	}
	replies, err := s.tell(r, ses, dialogue.Message{Choice: "forget"}, random(idBytes))
	if err != nil {
		s.fail(w, r, http.StatusServiceUnavailable, "web_failed")
		return
	}
	s.drop(w)
	if r.PostForm.Get("leaving") != "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	p := &page{Lang: s.language(r), server: s, url: *r.URL}
	p.url.Path = "/"
	for _, rep := range s.replies(replies, p.Lang) {
		p.Body = rep.HTML
	}
	if p.Body == nil {
		p.Body = render.HTML(p.T("web_forgotten"))
	}
	s.show(w, r, http.StatusOK, "message.html", p)
}
