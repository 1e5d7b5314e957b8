package scale

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// asked is what people ask, in the proportions of the languages in which they do.
var asked = []string{
	"cuanto tiempo tengo para pedir refugio en mexico?", "puedo trabajar mientras espero mi refugio", "me negaron el refugio que hago ahora",
	"necesito un abogado gratis en tapachula", "mis hijos pueden ir a la escuela sin papeles", "donde pido asilo en guatemala",
	"me pueden deportar si estoy pidiendo asilo", "cuanto cuesta el tramite", "how long do I have to apply for asylum in costa rica?",
	"can they send me back to my country", "what did mexico commit to on detention?", "que prometio panama sobre los niños",
	"mi esposo me pega y tengo miedo", "donde puedo dormir esta noche", "hola", "/menu", "me robaron los documentos en honduras",
	"do i need a lawyer for the interview", "quiero reunirme con mi familia en canada", "gracias",
}

// stub is a Bot API that answers at once and keeps nothing. It is written by hand, as the load is, so that they take as little as
// may be from what is measured, with which they share the machine.
type stub struct {
	l     net.Listener
	sent  atomic.Int64 // messages
	bytes atomic.Int64 // of their requests
}

func newStub(t testing.TB) *stub {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stub{l: l}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

func (s *stub) url() string { return "http://" + s.l.Addr().String() }

const (
	stubMe      = `{"ok":true,"result":{"id":4242,"is_bot":true,"first_name":"Cobijo","username":"cobijo_test_bot"}}`
	stubMessage = `{"ok":true,"result":{"message_id":%d,"date":1790000000,"chat":{"id":1,"type":"private"},"text":"%s"}}`
)

func (s *stub) serve(c net.Conn) {
	defer c.Close()
	r := bufio.NewReaderSize(c, 16<<10)
	echo := strings.Repeat("x", 400) // a message comes back as it was sent
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return
		}
		sends, me := bytes.Contains(line, []byte("/sendMessage ")), bytes.Contains(line, []byte("/getMe "))
		size, chunked := 0, false
		for {
			h, err := r.ReadSlice('\n')
			if err != nil {
				return
			}
			if len(h) <= 2 {
				break
			}
			h = bytes.ToLower(h)
			if v, ok := bytes.CutPrefix(h, []byte("content-length: ")); ok {
				size, _ = strconv.Atoi(string(bytes.TrimSpace(v)))
			}
			chunked = chunked || bytes.Contains(h, []byte("chunked"))
		}
		for chunked { // the calls at start
			h, err := r.ReadString('\n')
			if err != nil {
				return
			}
			n, _ := strconv.ParseInt(strings.TrimSpace(h), 16, 64)
			_, _ = r.Discard(int(n) + 2)
			chunked = n > 0
		}
		_, _ = r.Discard(size)
		body := `{"ok":true,"result":true}`
		switch {
		case sends:
			s.bytes.Add(int64(size))
			body = fmt.Sprintf(stubMessage, s.sent.Add(1), echo)
		case me:
			body = stubMe
		}
		if _, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body); err != nil {
			return
		}
	}
}

// load posts updates over some connections, each to one of the addresses.
type load struct {
	addrs []string
	next  atomic.Int64
}

func (l *load) body(chat int) []byte {
	n := l.next.Add(1)
	text := asked[int(n*7)%len(asked)]
	entities := ""
	if strings.HasPrefix(text, "/") {
		entities = fmt.Sprintf(`,"entities":[{"offset":0,"length":%d,"type":"bot_command"}]`, len(text))
	}
	return fmt.Appendf(nil, `{"update_id":%d,"message":{"message_id":%d,"from":{"id":%d,"is_bot":false,"first_name":"Mar\u00eda Jos\u00e9","last_name":"R.","username":"mj%d","language_code":"es"},"chat":{"id":%d,"first_name":"Mar\u00eda Jos\u00e9","last_name":"R.","username":"mj%d","type":"private"},"date":1795608000,"text":%q%s}}`,
		800000000+n, n, chat, chat, chat, chat, text, entities)
}

// run posts to chats in turn until n are posted or the time is over; it gives how many were acknowledged.
func (l *load) run(t testing.TB, conns, chats, first int, n int64, d time.Duration) int64 {
	var wg sync.WaitGroup
	var left, done atomic.Int64
	left.Store(n)
	end := time.Now().Add(d)
	for i := range conns {
		wg.Go(func() {
			c, err := net.Dial("tcp", l.addrs[i%len(l.addrs)])
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			r := bufio.NewReaderSize(c, 4<<10)
			for k := 0; time.Now().Before(end) && left.Add(-1) >= 0; k++ {
				b := l.body(first + (k*conns+i)%chats)
				if _, err := fmt.Fprintf(c, "POST /telegram/webhook HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: %s\r\nContent-Length: %d\r\n\r\n%s", webhookSecret, len(b), b); err != nil {
					t.Error(err)
					return
				}
				resp, err := http.ReadResponse(r, nil)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					t.Errorf("status %d", resp.StatusCode)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return done.Load()
}
