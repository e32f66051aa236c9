/** Answers for a table of expected decisions to begin from: it is about the registry of the example plan. */

export const exampleTable = `# What we count on. Run it before a registry is signed, and after:
#   pouch policy test table.yaml registry-2.proposal
# A case says from, to, label, purpose and expect; the rest may be left out.
cases:
  - name: Estonia confirms a clearance for a visit
    from: EST
    to: NLD
    label: EST:SALAJANE//REL TO NLD
    purpose: visit
    agreement: est-nld-security
    category: clearance
    expect: allow
    protectAs: STG. GEHEIM

  - name: top secret is above the ceiling, and above the accreditation
    from: EST
    to: NLD
    label: EST:TÄIESTI SALAJANE//REL TO NLD
    purpose: visit
    expect: deny
    grounds: [above-ceiling, above-accreditation]

  - name: what is released to Finland alone does not go to the Netherlands
    from: EST
    to: NLD
    label: NATO CONFIDENTIAL//REL TO FIN
    purpose: posting
    expect: deny
    grounds: [not-releasable]

  - name: no gateway takes a label of tomorrow's date
    from: NLD
    to: [EST]
    label: NLD:STG. CONFIDENTIEEL//UNRESTRICTED
    marked: 2999-01-01
    purpose: posting
    expect: deny
    grounds: [label-dated-ahead]

  - name: nor one for a purpose that was not agreed
    from: NLD
    to: EST
    label: NLD:STG. CONFIDENTIEEL//UNRESTRICTED
    purpose: recruitment
    expect: deny            # on whatever grounds
`
