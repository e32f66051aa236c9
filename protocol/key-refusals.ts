/** Answers for the refusals of keys at rest: in files that a passphrase opens, and in tokens that a PIN does. */
import type { Refusal } from './errors.ts'

export const keyRefusals = {
  'wrong-passphrase': {
    status: 403,
    title: 'The passphrase does not open the key file',
    next: 'Check POUCH_PASSPHRASE, or the passphrase file.',
  },
  'damaged-key-file': {
    status: 422,
    title: 'The key file is damaged',
    next: 'Restore the file from its backup.',
  },
  'unsafe-permissions': {
    status: 403,
    title: 'Others can read the key file or its folder',
    next: 'Run chmod 700 on the folder and chmod 600 on the files in it.',
  },
  'no-such-key': {
    status: 404,
    title: 'The keystore does not hold the key',
    next: 'List the keys with `pouch keys list`; make keys with `pouch keys new`.',
  },
  'keystore-exists': {
    status: 409,
    title: 'The folder already holds keys',
    next: 'Open the keystore that is there, or name another folder.',
  },
  'weak-passphrase': {
    status: 422,
    title: 'The passphrase is shorter than twelve characters',
    next: 'Choose a longer one; four or five unrelated words are good.',
  },
  'no-token-module': {
    status: 503,
    title: 'The PKCS#11 module cannot be loaded',
    next: 'Name the vendor’s library, by its whole path, with pkcs11Module; `ldd` tells which library it lacks itself.',
  },
  'no-token': {
    status: 503,
    title: 'The token is not there',
    next: 'Check that it is plugged in or reachable, and that pkcs11Token is its label: `pkcs11-tool --module … --list-slots`.',
  },
  'wrong-pin': {
    status: 403,
    title: 'The token refuses the PIN',
    next: 'It was tried once, and is not tried again. Correct POUCH_PIN_FILE, and log in once with the vendor’s tool, which clears the count.',
  },
  'locked-pin': {
    status: 403,
    title: 'A wrong PIN was tried before, or the PIN is locked: it is not tried here',
    next: 'Log in once with the vendor’s tool and the right PIN, which clears the count; a locked one its security officer unlocks.',
  },
  'token-failed': {
    status: 503,
    title: 'The token does not do what it is asked',
    next: 'Look the CKR number up in PKCS #11 §5.1 and in the vendor’s log.',
  },
} as const satisfies Record<string, Refusal>
