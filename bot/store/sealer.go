package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"sync"
	"time"
)

// MinSecret is the least length of a secret, in bytes.
const MinSecret = 16

// sealer makes pseudonyms and encrypts what is kept. The first secret is the one in use; older ones still open what they sealed.
type sealer struct {
	names   [][]byte      // the keys of pseudonyms, the one in use first
	hashers []*hasher     // with the same keys
	seal    cipher.AEAD   // the one in use
	open    []cipher.AEAD // all, the one in use first
}

func newSealer(secrets [][]byte) (*sealer, error) {
	if len(secrets) == 0 {
		return nil, errors.New("no secret")
	}
	s := &sealer{}
	for i, secret := range secrets {
		if len(secret) < MinSecret {
			return nil, fmt.Errorf("a secret has %d bytes; at least %d", len(secret), MinSecret)
		}
		key, err := hkdf.Key(sha256.New, secret, nil, "cobijo session encryption", 32)
		if err != nil {
			return nil, fmt.Errorf("derive encryption key: %w", err)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("make cipher: %w", err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("make cipher: %w", err)
		}
		s.open = append(s.open, aead)
		if i == 0 {
			s.seal = aead
		}
		name, err := hkdf.Key(sha256.New, secret, nil, "cobijo pseudonyms", 32)
		if err != nil {
			return nil, fmt.Errorf("derive pseudonym key: %w", err)
		}
		s.names = append(s.names, name)
		s.hashers = append(s.hashers, &hasher{key: name})
	}
	return s, nil
}

// epoch is how long a pseudonym serves: after that the same chat has another, so that keys of two weeks cannot be joined.
const epoch = 7 * 24 * time.Hour

// week numbers the epochs.
func week(at time.Time) int64 { return at.Unix() / int64(epoch.Seconds()) }

// hasher makes keyed hashes. What a key is turned into before it can hash is kept, for that takes as long as to hash.
type hasher struct {
	key  []byte
	pool sync.Pool
}

// sum gives the first n bytes of a text's hash, as text.
func (h *hasher) sum(text []byte, n int) string {
	mac, ok := h.pool.Get().(hash.Hash)
	if !ok {
		mac = hmac.New(sha256.New, h.key)
	}
	defer h.pool.Put(mac)
	mac.Reset()
	mac.Write(text)
	var sum [sha256.Size]byte
	return base64.RawURLEncoding.EncodeToString(mac.Sum(sum[:0])[:n])
}

// alias is one name of a chat, and what hides the ids of its updates.
type alias struct {
	name, prefix string
	hasher       *hasher
}

// setBack is how far a clock may be set back: by so much, an hour or a whole zone that somebody had set wrong.
const setBack = 12 * time.Hour

// aliases names a chat by keyed hashes of what its channel calls it and of the week. The first is the one in use; under the
// others stands what was kept before the week changed, where that is less than span ago, or before the secret did, or before the
// clock was set back over the change of the week.
func (s *sealer) aliases(channel, chat string, at time.Time, span time.Duration) []alias {
	var all []alias
	weeks := []int64{week(at)}
	if week(at.Add(-span)) != week(at) {
		weeks = append(weeks, week(at)-1)
	}
	if week(at.Add(setBack)) != week(at) {
		weeks = append(weeks, week(at)+1)
	}
	text := make([]byte, 0, 64)
	for _, h := range s.hashers {
		for _, w := range weeks {
			text = binary.BigEndian.AppendUint64(text[:0], uint64(w))
			text = strconv.AppendInt(text, int64(len(channel)), 10)
			text = append(append(append(append(text, ':'), channel...), ':'), chat...)
			name := h.sum(text, 16)
			all = append(all, alias{name, prefix(name), h})
		}
	}
	return all
}

// claim is the key of an update: its id may tell the chat, and is hidden.
func (a alias) claim(update string) string {
	return a.prefix + "u:" + a.hasher.sum([]byte("update:"+update), 12)
}

// tag begins each key of the chat.
func (a alias) tag() string { return a.prefix }

func prefix(name string) string { return "cobijo:{" + name + "}:" }

// encrypt seals data for the chat of the pseudonym: moved to another chat it does not open.
func (s *sealer) encrypt(data []byte, pseudonym string) []byte {
	return s.close(append(s.begin(len(data)), data...), pseudonym)
}

// begin makes room for n bytes: what is appended to it is sealed where it stands, by close.
func (s *sealer) begin(n int) []byte {
	return make([]byte, s.seal.NonceSize(), s.seal.NonceSize()+n+s.seal.Overhead())
}

func (s *sealer) close(room []byte, pseudonym string) []byte {
	nonce, data := room[:s.seal.NonceSize()], room[s.seal.NonceSize():]
	_, _ = rand.Read(nonce) // never fails: it ends the program instead
	return s.seal.Seal(nonce, nonce, data, []byte(pseudonym))
}

var errSealed = errors.New("sealed by an unknown secret, or damaged")

func (s *sealer) decrypt(sealed []byte, pseudonym string) ([]byte, error) {
	n := s.seal.NonceSize()
	if len(sealed) < n {
		return nil, errSealed
	}
	for _, aead := range s.open {
		if data, err := aead.Open(nil, sealed[:n], sealed[n:], []byte(pseudonym)); err == nil {
			return data, nil
		}
	}
	return nil, errSealed
}
