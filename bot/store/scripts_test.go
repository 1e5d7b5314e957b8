package store

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"go/ast"
	"go/parser"
	"go/token"
	"net"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"cobijo/bot/dialogue"
)

// watch sees each command and where its keys are.
type watch struct {
	t    *testing.T
	mu   sync.Mutex
	seen map[string]bool // scripts by their hash
}

func (w *watch) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (w *watch) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		w.look(cmd.Args())
		return next(ctx, cmd)
	}
}

func (w *watch) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		for _, cmd := range cmds {
			w.look(cmd.Args())
		}
		return next(ctx, cmds)
	}
}

// look checks that all keys of a command are in one slot: a cluster refuses it otherwise.
func (w *watch) look(args []any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	name, _ := args[0].(string)
	var keys []string
	switch strings.ToLower(name) {
	case "eval", "evalsha":
		text, _ := args[1].(string)
		if strings.ToLower(name) == "eval" {
			sum := sha1.Sum([]byte(text))
			text = hex.EncodeToString(sum[:])
		}
		w.seen[text] = true
		n, _ := args[2].(int)
		for _, key := range args[3 : 3+n] {
			keys = append(keys, key.(string))
		}
		if n == 0 {
			w.t.Errorf("a script without keys: a cluster would run it anywhere")
		}
	default:
		for _, a := range args[1:] {
			if key, ok := a.(string); ok && strings.HasPrefix(key, "cobijo:") {
				keys = append(keys, key)
			}
		}
	}
	for _, key := range keys {
		if slot(key) != slot(keys[0]) {
			w.t.Errorf("%s: %q is not in the slot of %q", name, key, keys[0])
		}
		if strings.Contains(strings.ToLower(name), "eval") && !strings.HasPrefix(key, "cobijo:{") {
			w.t.Errorf("%q has no hash tag of its own", key)
		}
	}
}

// scripts are the package's scripts, by hash, as they stand in its files.
func scripts(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			call, ok := spec.Values[0].(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			text, isText := call.Args[0].(*ast.BasicLit)
			if !ok || f.Sel.Name != "NewScript" || !isText {
				return true
			}
			source, err := strconv.Unquote(text.Value)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha1.Sum([]byte(source))
			all[hex.EncodeToString(sum[:])] = spec.Names[0].Name
			for _, m := range redisCall.FindAllStringSubmatch(source, -1) {
				if m[1] != "TIME" && !strings.HasPrefix(m[2], "KEYS[") {
					t.Errorf("%s: %s has a key that is not declared: %s", spec.Names[0].Name, m[1], m[2])
				}
			}
			return true
		})
	}
	return all
}

// redisCall finds a command in a script, and its first argument.
var redisCall = regexp.MustCompile(`redis\.p?call\('(\w+)'(?:, *([^,)]+))?`)

// TestEveryScript runs each script of the package, with names that might mislead a cluster, and computes the slots of its keys. A
// script that is not run here is named.
func TestEveryScript(t *testing.T) {
	rdb := embedded(t)
	w := &watch{t: t, seen: map[string]bool{}}
	rdb.AddHook(w)
	s := newStore(t, rdb, Options{})
	ctx, now := t.Context(), time.Now()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, name := range []string{"42", "-100123", "C01/U02", "", "a{b}c", "}{", "{}", "T1:x"} {
		update := "update{" + name + "}"
		turn, err := s.Begin(ctx, "test", name, update)
		must(err)
		must(s.End(ctx, turn, update, dialogue.Session{Lang: "es"}, i%2 == 0))
		h, err := s.Open(ctx, "test", name, "another"+update)
		must(err)
		parcels, _, err := s.Commit(ctx, h, Entry{Update: "another" + update, Bodies: [][]byte{[]byte("x"), []byte("y")}, Pace: Pace{Every: time.Second, Burst: 2}})
		must(err)
		must(s.Sent(ctx, h, parcels[0], []byte("receipt")))
		must(s.PutOff(ctx, "test", h, parcels[1], now))
		due, err := s.Due(ctx, "test", 10, time.Minute)
		must(err)
		if len(due) == 0 {
			t.Error("nothing is due")
		}
		must(s.Later(ctx, "test", []byte("note"), now))
		notes, err := s.Notes(ctx, "test", 10, time.Minute)
		must(err)
		must(s.Noted(ctx, "test", notes...))
		h, err = s.Reopen(ctx, due[0])
		must(err)
		if h != nil {
			must(s.EraseHeld(ctx, h))
			must(s.Close(ctx, h))
		}
		must(s.EraseChat(ctx, "test", name))
		_, err = s.Lead(ctx, "task"+name, "me", time.Minute)
		must(err)
		must(s.Unlead(ctx, "task"+name, "me"))
		_, _, err = s.Present(ctx, "test"+name, "me", time.Second)
		must(err)
		must(s.Count(ctx, "unanswered", "mx", "deadlines"))
		_, err = s.Pace(ctx, "T"+name, "C"+name, "me", time.Second, time.Second)
		must(err)
		must(s.Paced(ctx, "T"+name, "C"+name, "me", time.Second))
		_, err = s.AddReport(ctx, "mx-04", name, []byte("report"))
		must(err)
		_, err = s.ReplaceReport(ctx, "mx-04", name, []byte("report"))
		must(err)
		claim, err := s.ClaimOccurrence(ctx, "occ"+name, time.Minute)
		must(err)
		must(s.UnclaimOccurrence(ctx, claim, true))
		claim, err = s.ClaimOccurrence(ctx, "occ"+name, time.Minute)
		must(err)
		must(s.Posted(ctx, claim, []byte("where"), []byte("data")))
		must(s.EndOccurrence(ctx, "occ"+name, "late"))
		_, err = s.RestoreOccurrence(ctx, "other"+name, []byte("where"), []byte("data"), now)
		must(err)
		must(s.SetOpen(ctx, "T"+name, "occ"+name, true))
		must(s.SetNext(ctx, name, Next{}))
		must(s.Follow(ctx, "occ"+name, now))
		ups, err := s.FollowUps(ctx, now.Add(time.Minute), 10)
		must(err)
		for _, up := range ups {
			must(s.MoveFollow(ctx, up, now.Add(time.Hour)))
		}
	}
	for hash, name := range scripts(t) {
		if !w.seen[hash] {
			t.Errorf("%s was not run here: the slots of its keys are not known", name)
		}
	}
}
