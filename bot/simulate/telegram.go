package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cobijo/bot/faketelegram"
)

// message is a message on Telegram as the page shows it.
type message struct {
	ID     int64
	Bot    bool
	HTML   template.HTML
	Text   string // of the person's own
	Keys   [][]key
	Edited bool
}

// key is a key under a message, or of the keyboard at the end of the chat.
type key struct{ Text, Data, URL string }

// telegramBody is what the page shows of a chat.
type telegramBody struct {
	Messages []message
	Keyboard []key // that stands in place of the person's own
	Locates  bool  // one of its keys sends where the person is
}

// rows reads the keys of a message.
func rows(markup json.RawMessage) (inline [][]key, keyboard []key, locates bool) {
	var m struct {
		Inline [][]struct {
			Text string `json:"text"`
			Data string `json:"callback_data"`
			URL  string `json:"url"`
		} `json:"inline_keyboard"`
		Keyboard [][]struct {
			Text    string `json:"text"`
			Locates bool   `json:"request_location"`
		} `json:"keyboard"`
	}
	if len(markup) == 0 || json.Unmarshal(markup, &m) != nil {
		return nil, nil, false
	}
	for _, r := range m.Inline {
		var row []key
		for _, k := range r {
			row = append(row, key(k))
		}
		inline = append(inline, row)
	}
	for _, r := range m.Keyboard {
		for _, k := range r {
			keyboard = append(keyboard, key{Text: k.Text})
			locates = locates || k.Locates
		}
	}
	return inline, keyboard, locates
}

func (s *Server) telegramBody(c *faketelegram.Chat) telegramBody {
	var b telegramBody
	for _, m := range s.Telegram.Messages(c) {
		inline, keyboard, locates := rows(m.Markup)
		if m.Markup != nil && inline == nil {
			b.Keyboard, b.Locates = keyboard, locates
		}
		v := message{ID: m.ID, Bot: m.Bot, Text: m.Text, Keys: inline, Edited: m.Edits > 0}
		if m.Bot {
			v.HTML = telegramHTML(m.HTML)
		}
		b.Messages = append(b.Messages, v)
	}
	return b
}

// person finds somebody on Telegram by their number on the page.
func (s *Server) person(r *http.Request) (int, *faketelegram.Chat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := strconv.Atoi(r.PathValue("who"))
	if err != nil || n < 0 || n >= len(s.chats) {
		return 0, nil
	}
	return n, s.chats[n].Chat
}

func (s *Server) telegramPage(w http.ResponseWriter, r *http.Request) {
	p := s.page(w, r, "telegram")
	if p == nil {
		return
	}
	n, c := s.person(r)
	if c == nil {
		http.NotFound(w, r)
		return
	}
	s.mu.Lock()
	for i, one := range s.chats {
		p.People = append(p.People, link{"/" + p.Lang + "/telegram/" + strconv.Itoa(i), one.name, i == n})
	}
	s.mu.Unlock()
	p.Locales, p.Locale = []string{"es", "en", "pt", "ht"}, s.Telegram.LangOf(c)
	p.Body = s.telegramBody(c)
	s.show(w, r, p)
}

// maxChats is how many people the page has on Telegram.
const maxChats = 50

// telegramDo does what somebody does in a chat.
func (s *Server) telegramDo(w http.ResponseWriter, r *http.Request) {
	_, c := s.person(r)
	if err := r.ParseForm(); err != nil || c == nil {
		http.NotFound(w, r)
		return
	}
	f := r.PostForm
	before := s.telegramState(c)
	switch {
	case f.Has("locale"):
		s.Telegram.SetLang(c, f.Get("locale"))
		back(w, r, nil)
		return
	case f.Has("another"):
		s.mu.Lock()
		n := len(s.chats)
		s.mu.Unlock()
		if n < maxChats {
			n = s.newChat(fmt.Sprint(n+1), s.Telegram.LangOf(c))
		}
		http.Redirect(w, r, "/"+r.PathValue("lang")+"/telegram/"+strconv.Itoa(min(n, maxChats-1)), http.StatusSeeOther) //nolint:gosec // the mux has cleaned the path
		return
	case f.Has("press"):
		id, err := strconv.ParseInt(f.Get("message"), 10, 64)
		if err != nil {
			back(w, r, err)
			return
		}
		_ = s.Telegram.PressData(c, id, f.Get("press")) // it never fails
	case f.Has("place"):
		// Tapachula, by the border: a place that the assistant knows offices near.
		s.Telegram.Send(c, map[string]any{"location": map[string]any{"latitude": 14.9056, "longitude": -92.2634}})
	case f.Get("text") != "":
		s.Telegram.Say(c, f.Get("text"))
	default:
		back(w, r, nil)
		return
	}
	s.answered(r.Context(), func() string { return s.telegramState(c) }, before)
	back(w, r, nil)
}

// telegramState is something that differs when the bot has said something.
func (s *Server) telegramState(c *faketelegram.Chat) string {
	var state strings.Builder
	for _, m := range s.Telegram.Said(c) {
		fmt.Fprint(&state, m.ID, "/", m.Edits, " ")
	}
	return state.String()
}

const (
	answerTime = 3 * time.Second        // how long the page waits for an answer before it is shown
	quietTime  = 250 * time.Millisecond // after which what came is taken for all
)

// answered waits until the bot has said something and says no more, for a while at the most: the page shows the rest when it comes.
func (s *Server) answered(ctx context.Context, state func() string, before string) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	_ = settled(ctx, state, before, quietTime) // the page is shown all the same
}

var errQuiet = errors.New("nothing more was said")

// settled waits until a state is another and stays so for a while.
func settled(ctx context.Context, state func() string, before string, quiet time.Duration) error {
	last, since := before, time.Now()
	for {
		if now := state(); now != last {
			last, since = now, time.Now()
		}
		if last != before && time.Since(since) >= quiet {
			return nil
		}
		select {
		case <-ctx.Done():
			return errQuiet
		case <-time.After(20 * time.Millisecond):
		}
	}
}
