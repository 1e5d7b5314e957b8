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
	"time"
)

// MinSecret is the least length of a secret, in bytes.
const MinSecret = 16

// sealer makes pseudonyms and encrypts what is kept. The first secret is the one in use; older ones still open what they sealed.
type sealer struct {
	names [][]byte      // the keys of pseudonyms, the one in use first
	seal  cipher.AEAD   // the one in use
	open  []cipher.AEAD // all, the one in use first
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
	}
	return s, nil
}

// epoch is how long a pseudonym serves: after that the same chat has another, so that keys of two weeks cannot be joined.
const epoch = 7 * 24 * time.Hour

// week numbers the epochs.
func week(at time.Time) int64 { return at.Unix() / int64(epoch.Seconds()) }

// alias is one name of a chat, and the key that hides the ids of its updates.
type alias struct {
	name string
	key  []byte
}

// aliases names a chat by keyed hashes of what its channel calls it and of the week. The first is the one in use; under the
// others stands what was kept before the week changed, where that is less than span ago, or before the secret did.
func (s *sealer) aliases(channel, chat string, at time.Time, span time.Duration) []alias {
	var all []alias
	weeks := []int64{week(at)}
	if week(at.Add(-span)) != week(at) {
		weeks = append(weeks, week(at)-1)
	}
	for _, key := range s.names {
		for _, w := range weeks {
			mac := hmac.New(sha256.New, key)
			var number [8]byte
			binary.BigEndian.PutUint64(number[:], uint64(w))
			mac.Write(number[:])
			fmt.Fprintf(mac, "%d:%s:%s", len(channel), channel, chat)
			all = append(all, alias{base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16]), key})
		}
	}
	return all
}

// claim is the key of an update: its id may tell the chat, and is hidden.
func (a alias) claim(update string) string {
	mac := hmac.New(sha256.New, a.key)
	mac.Write([]byte("update:" + update))
	return a.tag() + "u:" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:12])
}

// tag begins each key of the chat.
func (a alias) tag() string { return "cobijo:{" + a.name + "}:" }

// encrypt seals data for the chat of the pseudonym: moved to another chat it does not open.
func (s *sealer) encrypt(data []byte, pseudonym string) []byte {
	nonce := make([]byte, s.seal.NonceSize(), s.seal.NonceSize()+len(data)+s.seal.Overhead())
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
