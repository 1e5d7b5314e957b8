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
	name []byte        // the key of pseudonyms
	seal cipher.AEAD   // the one in use
	open []cipher.AEAD // all, the one in use first
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
			if s.name, err = hkdf.Key(sha256.New, secret, nil, "cobijo pseudonyms", 32); err != nil {
				return nil, fmt.Errorf("derive pseudonym key: %w", err)
			}
		}
	}
	return s, nil
}

// epoch is how long a pseudonym serves: after that the same chat has another, so that keys of two weeks cannot be joined.
const epoch = 7 * 24 * time.Hour

// pseudonym names a chat by a keyed hash of what its channel calls it and of the week.
func (s *sealer) pseudonym(channel, chat string, at time.Time) string {
	mac := hmac.New(sha256.New, s.name)
	var week [8]byte
	binary.BigEndian.PutUint64(week[:], uint64(at.Unix()/int64(epoch.Seconds())))
	mac.Write(week[:])
	fmt.Fprintf(mac, "%d:%s:%s", len(channel), channel, chat)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// digest hides an update's id, which may tell the chat.
func (s *sealer) digest(id string) string {
	mac := hmac.New(sha256.New, s.name)
	mac.Write([]byte("update:" + id))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:12])
}

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
