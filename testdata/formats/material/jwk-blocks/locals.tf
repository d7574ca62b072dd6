locals {
  inline = { kty = "OKP", crv = "Ed25519", x = "FEWFTL78UeQHeAe6QmRXXPx057qVOeYAcEy8kGh4Cfw", d = "wMEhvMkivL13wLqWMyna1HI-I6t-NNmEvVymlP0MFPc" }
  lines = {
    kty = "OKP"
    crv = "Ed25519"
    x   = "FEWFTL78UeQHeAe6QmRXXPx057qVOeYAcEy8kGh4Cfw"
  }
}
