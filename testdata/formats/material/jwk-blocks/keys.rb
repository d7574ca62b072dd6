A = { 'kty' => 'OKP', 'crv' => 'Ed25519', 'x' => 'FEWFTL78UeQHeAe6QmRXXPx057qVOeYAcEy8kGh4Cfw', 'd' => 'wMEhvMkivL13wLqWMyna1HI-I6t-NNmEvVymlP0MFPc' }
B = { kty: 'OKP', crv: 'Ed25519', x: 'FEWFTL78UeQHeAe6QmRXXPx057qVOeYAcEy8kGh4Cfw' }
C = { :kty => "OKP", :crv => "Ed25519",
      :x => "FEWFTL78UeQHeAe6QmRXXPx057qVOeYAcEy8kGh4Cfw" }
