package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strings"
	"time"
)

// session is what the cookie says of a chat: its random id and the language of its pages. Nothing else is known of the person.
type session struct {
	id   string
	lang string
}

// sessionAge is how long a cookie holds after the last answer: as long as the assistant remembers a chat.
const sessionAge = 24 * time.Hour

const (
	idBytes    = 16
	stampBytes = 8
)

// keys make the codes that prove that the server itself wrote something.
type keys struct{ secret []byte }

// newKeys derives the web's own key, so that no other use of the secret makes the same codes.
func newKeys(secret []byte) keys {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte("cobijo web 1"))
	return keys{m.Sum(nil)}
}

// code authenticates the parts for a purpose. Each part is preceded by its length, so that none runs into the next.
func (k keys) code(purpose string, parts ...string) string {
	m := hmac.New(sha256.New, k.secret)
	for _, p := range append([]string{purpose}, parts...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		m.Write(n[:])
		m.Write([]byte(p))
	}
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18])
}

func (k keys) proves(code, purpose string, parts ...string) bool {
	return hmac.Equal([]byte(code), []byte(k.code(purpose, parts...)))
}

func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program first
	return base64.RawURLEncoding.EncodeToString(b)
}

// cookieName has the prefix by which a browser refuses the cookie from anybody but this host by https, where that is how people come.
func (s *Server) cookieName() string {
	if s.options.Secure {
		return "__Host-cobijo"
	}
	return "cobijo"
}

func (s *Server) newSession(lang string) session { return session{id: random(idBytes), lang: lang} }

// session gives the chat that the request's cookie names; false where it names none that holds.
func (s *Server) session(r *http.Request) (session, bool) {
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return session{}, false
	}
	value, code, _ := cutLast(c.Value, ".")
	if !s.keys.proves(code, "cookie", value) {
		return session{}, false
	}
	packed, lang, _ := strings.Cut(value, ".")
	raw, err := base64.RawURLEncoding.DecodeString(packed)
	if err != nil || len(raw) != idBytes+stampBytes {
		return session{}, false
	}
	stamp := time.Unix(int64(binary.BigEndian.Uint64(raw[idBytes:])), 0) //nolint:gosec // our own code says so
	if s.options.Now().Sub(stamp) > sessionAge {
		return session{}, false
	}
	return session{id: base64.RawURLEncoding.EncodeToString(raw[:idBytes]), lang: lang}, true
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// keep sends the cookie. It has no date, so that it goes with the browser's window; its own stamp ends it where that stays open.
func (s *Server) keep(w http.ResponseWriter, ses session) {
	raw, _ := base64.RawURLEncoding.DecodeString(ses.id)
	raw = binary.BigEndian.AppendUint64(raw, uint64(s.options.Now().Unix())) //nolint:gosec // after 1970
	value := base64.RawURLEncoding.EncodeToString(raw) + "." + ses.lang
	http.SetCookie(w, s.cookie(value+"."+s.keys.code("cookie", value), 0))
}

// drop takes the cookie back.
func (s *Server) drop(w http.ResponseWriter) { http.SetCookie(w, s.cookie("", -1)) }

func (s *Server) cookie(value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(), Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.options.Secure,
	}
}

// token goes into a chat's forms and proves that a form was this site's own.
func (s *Server) token(ses session) string { return s.keys.code("form", ses.id) }

// messageID names one sending of one message: a page that is loaded again sends the same, another question from an old page
// another. The words cannot be found out from it.
func (s *Server) messageID(ses session, nonce, text, choice string) string {
	return s.keys.code("message", ses.id, nonce, text, choice)
}
