// Writes a keystore of Bouncy Castle's type BCFKS in each way that it can be encrypted: with a key and its chain, one without a chain, a
// symmetric key and a certificate. Not a tool for anything that is to be protected. `make.sh` runs it.

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.KeyStore.PasswordProtection;
import java.security.KeyStoreSpi;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.util.PBKDF2Config;
import org.bouncycastle.crypto.util.PBKDFConfig;
import org.bouncycastle.crypto.util.ScryptConfig;
import org.bouncycastle.jcajce.BCFKSLoadStoreParameter;
import org.bouncycastle.jcajce.BCFKSLoadStoreParameter.EncryptionAlgorithm;
import org.bouncycastle.jcajce.BCFKSLoadStoreParameter.SignatureAlgorithm;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

public class Stores {
    static final char[] PASSWORD = "secret7".toCharArray();
    static final PBKDFConfig SHA512 = pbkdf2(PBKDF2Config.PRF_SHA512);
    static final PBKDFConfig SHA3 = pbkdf2(PBKDF2Config.PRF_SHA3_512);
    static final PBKDFConfig SCRYPT = new ScryptConfig.Builder(1024, 8, 1).withSaltLength(20).build();

    static PrivateKey key;
    static Certificate[] chain;

    static PBKDFConfig pbkdf2(org.bouncycastle.asn1.x509.AlgorithmIdentifier prf) {
        return new PBKDF2Config.Builder().withIterationCount(1000).withSaltLength(20).withPRF(prf).build();
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        KeyStore source = KeyStore.getInstance("PKCS12");
        source.load(new FileInputStream(arguments[0]), PASSWORD);
        byte[] encoded = source.getKey("www", PASSWORD).getEncoded();
        key = KeyFactory.getInstance("EC", "BC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        chain = source.getCertificateChain("www");
        write("ccm", SHA512, EncryptionAlgorithm.AES256_CCM, false);
        write("sha3", SHA3, EncryptionAlgorithm.AES256_CCM, false);
        write("scrypt", SCRYPT, EncryptionAlgorithm.AES256_CCM, false);
        write("wrap", SHA512, EncryptionAlgorithm.AES256_KWP, false);
        write("signed", SHA512, EncryptionAlgorithm.AES256_CCM, true);
    }

    static void write(String name, PBKDFConfig derivation, EncryptionAlgorithm cipher, boolean signed) throws Exception {
        String path = name + ".bcfks";
        KeyStore store = KeyStore.getInstance("BCFKS", "BC");
        store.load(null, null);
        if (cipher == EncryptionAlgorithm.AES256_KWP) {
            // How keys are encrypted is taken over from a store that was loaded.
            try (OutputStream out = new FileOutputStream(path)) {
                store.store(new BCFKSLoadStoreParameter.Builder(out, new PasswordProtection(PASSWORD))
                    .withStorePBKDFConfig(derivation).withStoreEncryptionAlgorithm(cipher).build());
            }
            store.load(new BCFKSLoadStoreParameter.Builder(new FileInputStream(path), new PasswordProtection(PASSWORD))
                .withStorePBKDFConfig(derivation).withStoreEncryptionAlgorithm(cipher).build());
        }
        store.setKeyEntry("www", key, PASSWORD, chain);
        // The class around it asks for a chain.
        Field inner = KeyStore.class.getDeclaredField("keyStoreSpi");
        inner.setAccessible(true);
        ((KeyStoreSpi) inner.get(store)).engineSetKeyEntry("bare", key, PASSWORD, new Certificate[0]);
        store.setKeyEntry("secret", new SecretKeySpec(new byte[24], "AES"), PASSWORD, null);
        store.setCertificateEntry("trusted", chain[0]);
        try (OutputStream out = new FileOutputStream(path)) {
            BCFKSLoadStoreParameter.Builder to = signed
                ? new BCFKSLoadStoreParameter.Builder(out, key)
                    .withStoreSignatureAlgorithm(SignatureAlgorithm.SHA512withECDSA)
                    .withCertificates(new X509Certificate[] {(X509Certificate) chain[0]})
                : new BCFKSLoadStoreParameter.Builder(out, new PasswordProtection(PASSWORD));
            store.store(to.withStorePBKDFConfig(derivation).withStoreEncryptionAlgorithm(cipher).build());
        }
    }
}
