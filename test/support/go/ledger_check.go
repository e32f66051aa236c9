// Answers for a reading of our ledger by software that is not ours: Go's golang.org/x/mod/sumdb/{note,tlog} verifies
// checkpoints, proofs and whole exports. This file only reads formats (C2SP tlog-checkpoint, tlog-proof, tlog-tiles) and
// asks those packages; it hashes and verifies nothing itself.
//
//	ledger_check checkpoint  <vkey> <checkpoint>
//	ledger_check inclusion   <vkey> <tlog-proof>
//	ledger_check consistency <vkey> <older checkpoint> <newer checkpoint> <hashes, one a line>
//	ledger_check export      <vkey> <folder> [<older checkpoint>]
package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	said, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(said)
}

func run(args []string) (string, error) {
	switch {
	case len(args) == 3 && args[0] == "checkpoint":
		tree, err := readCheckpoint(args[1], args[2])
		return fmt.Sprintf("checkpoint of %d", tree.N), err
	case len(args) == 3 && args[0] == "inclusion":
		return checkInclusion(args[1], args[2])
	case len(args) == 5 && args[0] == "consistency":
		return checkConsistency(args[1], args[2], args[3], args[4])
	case (len(args) == 3 || len(args) == 4) && args[0] == "export":
		return checkExport(args[1], args[2], args[3:])
	}
	return "", errors.New("usage: ledger_check checkpoint|inclusion|consistency|export <vkey> <file>…")
}

func readCheckpoint(vkey, file string) (tlog.Tree, error) {
	message, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	return openCheckpoint(vkey, message)
}

// The note package verifies the line of the key that it is given and passes over lines of other types.
func openCheckpoint(vkey string, message []byte) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(message, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %w", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("checkpoint: origin, size and root expected")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func checkInclusion(vkey, file string) (string, error) {
	proof, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	head, message, found := strings.Cut(string(proof), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return "", errors.New("not a tlog-proof")
	}
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return "", err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return "", err
	}
	path, err := parseHashes(lines[3:])
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint(vkey, []byte(message))
	if err != nil {
		return "", err
	}
	err = tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
	return fmt.Sprintf("entry %d of %d", index, tree.N), err
}

func checkConsistency(vkey, olderFile, newerFile, hashesFile string) (string, error) {
	older, err := readCheckpoint(vkey, olderFile)
	if err != nil {
		return "", err
	}
	newer, err := readCheckpoint(vkey, newerFile)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(hashesFile)
	if err != nil {
		return "", err
	}
	path, err := parseHashes(strings.Fields(string(text)))
	if err != nil {
		return "", err
	}
	err = tlog.CheckTree(path, newer.N, newer.Hash, older.N, older.Hash)
	return fmt.Sprintf("%d continues %d", newer.N, older.N), err
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}
