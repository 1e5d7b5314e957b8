package observe

import (
	"io"
	"log/slog"
	"slices"
	"strings"
)

// Format is how log lines are written.
type Format string

// The formats.
const (
	Text Format = "text"
	JSON Format = "json"
)

// shortSecret is how long a secret must be to be looked for: shorter ones would stand in innocent words.
const shortSecret = 8

// hushed are names under which nothing may be logged, whatever it is.
var hushed = []string{"text", "message_text", "said", "query", "q", "chat", "chat_id", "user", "user_id", "name", "first_name", "username", "phone", "token", "secret", "password", "authorization", "cookie", "location"}

// Hidden stands in a log in place of what must not.
const Hidden = "[hidden]"

// NewLogger makes a logger that writes to w. Callers log nothing private in the first place; beyond that it hides values under
// names that would be private, and the secrets wherever they stand (an error that quotes an address quotes the token in it).
func NewLogger(w io.Writer, format Format, level slog.Leveler, secrets ...string) *slog.Logger {
	var pairs []string
	for _, s := range secrets {
		if len(s) >= shortSecret {
			pairs = append(pairs, s, Hidden)
		}
	}
	hide := strings.NewReplacer(pairs...)
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if slices.Contains(hushed, strings.ToLower(a.Key)) {
			return slog.String(a.Key, Hidden)
		}
		switch v := a.Value.Resolve(); v.Kind() {
		case slog.KindString:
			a.Value = slog.StringValue(hide.Replace(v.String()))
		case slog.KindAny:
			if err, ok := v.Any().(error); ok {
				a.Value = slog.StringValue(hide.Replace(err.Error()))
			}
		}
		return a
	}}
	if format == JSON {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
