package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"

	"cobijo/bot/outbox"
)

const (
	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
	maxUpdate    = 256 << 10 // an update with the longest text and all its entities is shorter
	maxWaiting   = 4096      // beyond, Telegram is to deliver later
)

// webhook takes an update. It is acknowledged when its answer was handed over; else Telegram delivers it again.
// https://core.telegram.org/bots/api#setwebhook
func (c *Channel) webhook(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
		return
	}
	// Hashes are of one length: the time that comparing takes tells nothing of the secret, not even how long it is.
	want, got := sha256.Sum256([]byte(c.o.Secret)), sha256.Sum256([]byte(r.Header.Get(secretHeader)))
	if c.o.Mode != Webhook || subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
		http.Error(w, "not Telegram", http.StatusUnauthorized)
		return
	}
	if c.ending.Load() || c.lanes.Waiting() >= maxWaiting {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	buf := c.buffers.get()
	defer c.buffers.put(buf)
	if _, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, maxUpdate)); err != nil {
		status := http.StatusBadRequest
		if tooLong := (&http.MaxBytesError{}); errors.As(err, &tooLong) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	u, err := read(buf.Bytes())
	if err != nil {
		c.o.Log.WarnContext(r.Context(), "not an update", "channel", channel, "bytes", buf.Len())
		http.Error(w, "not an update", http.StatusBadRequest)
		return
	}
	c.arrived(u)
	// What Telegram hangs up on is done all the same: delivered again, it is a repeat.
	ctx := context.WithoutCancel(r.Context())
	if err := c.lanes.Enter(u.lane()).Pass(ctx, func() error { return c.handle(ctx, u) }); err != nil {
		c.o.Log.ErrorContext(ctx, "an update is not answered; Telegram delivers it again", "channel", channel, "kind", kindOf(err), "error", err)
		http.Error(w, "not answered", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func kindOf(err error) string {
	if e, ok := errors.AsType[*outbox.SendError](err); ok {
		return string(e.Kind)
	}
	return "store"
}

func gone(err error) bool {
	var e *outbox.SendError
	return errors.As(err, &e) && e.Kind == outbox.Gone
}
