// Package simulate lets somebody try the assistant without an account: a page on which they are a person on a Telegram and on a
// Slack that live in this process, and a way to play recorded conversations against it. The assistant is connected to both as to
// the real ones.
package simulate

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"

	"cobijo/bot/fakeslack"
	"cobijo/bot/faketelegram"
	"cobijo/locales"
)

//go:embed templates static
var files embed.FS

// Options are what the command decides.
type Options struct {
	Shortcut string // callback_id of the message shortcut; none where ""
	Log      *slog.Logger
}

// Server is the two fakes with their people, and the page to talk to them. It is an http.Handler to be mounted at "/".
type Server struct {
	Telegram *faketelegram.Server
	Slack    *fakeslack.Server

	texts   *locales.Catalog
	options Options
	mux     http.Handler
	pages   *template.Template
	assets  fs.FS

	mu       sync.Mutex
	chats    []chat // on Telegram
	people   []*fakeslack.Person
	channels []*fakeslack.Channel
}

// chat is somebody on Telegram.
type chat struct {
	name string
	*faketelegram.Chat
}

// New starts both fakes with some people. Close ends them.
func New(texts *locales.Catalog, o Options) (*Server, error) {
	if texts == nil {
		return nil, errors.New("simulate: texts are needed")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{texts: texts, options: o, Telegram: faketelegram.New(), Slack: fakeslack.New()}
	var err error
	if s.pages, err = template.New("").ParseFS(files, "templates/*.html"); err != nil {
		s.Close()
		return nil, fmt.Errorf("simulate: read templates: %w", err)
	}
	if s.assets, err = fs.Sub(files, "static"); err != nil {
		s.Close()
		return nil, fmt.Errorf("simulate: read static files: %w", err)
	}
	s.newChat("Ana", "es")
	s.newChat("Sam", "en")
	ana := s.Slack.Person("ana", "es-419", "America/Mexico_City")
	sam := s.Slack.Person("sam", "en-US", "America/New_York")
	eva := s.Slack.Person("eva", "es-ES", "America/Tegucigalpa")
	s.people = []*fakeslack.Person{ana, sam, eva}
	s.channels = []*fakeslack.Channel{
		s.Slack.Channel("mirps-regional", ana, sam, eva), s.Slack.Private(s.Slack.Channel("mirps-mx", ana, sam)),
	}
	s.Slack.Group("puntos-focales", ana, eva)
	s.routes()
	return s, nil
}

// firstChat is the number of the first person on Telegram.
const firstChat = 101

// newChat lets somebody else come, whose device speaks a language. It gives the number by which the page knows them.
func (s *Server) newChat(name, lang string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.chats)
	s.chats = append(s.chats, chat{name, s.Telegram.Person(firstChat+int64(n), lang)})
	return n
}

// Close ends both fakes.
func (s *Server) Close() {
	s.Telegram.Close()
	s.Slack.Close()
}

// PersonOnSlack finds one of the page's people on Slack by name; nil for nobody.
func (s *Server) PersonOnSlack(name string) *fakeslack.Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.people {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// ChannelOnSlack finds one of the page's channels on Slack by its id; nil for none.
func (s *Server) ChannelOnSlack(id string) *fakeslack.Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.channels {
		if c.ID == id {
			return c
		}
	}
	return nil
}
